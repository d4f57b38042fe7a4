"""A plain hit on a URL that is known (`edge.hits`), in as few crossings to JavaScript as it takes.

    request ── method, header fields ──▶ nothing unusual ── cache or KV ──▶ the same copy
            ──▶ `new Response(copy.body, {headers})`, its body untouched

Whatever else is found is handed to the whole way, which looks again: this happens once for each change. A
tier that does not answer in time loses a race against a timer; both are begun and raced inside JavaScript,
where a promise costs nothing, while each one that Python sees costs a future, two callbacks and a task.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict

import js

from ..edge.exchange import write_point
from ..edge.handler import Edge
from ..edge.hits import REMEMBERED, UNUSUAL, Known, answer
from ..edge.ports import Analytics
from ..edge.store.record import RECORD_HEADER
from .js import JsObject, absent, verified_bot


class _Natives:
    """JavaScript's functions that a hit calls: looking one up makes a proxy and takes longer than the call.

    Made at the first hit, since no JS object may be kept before there is a request.
    """

    def __init__(self, patience: int) -> None:
        call = js.Function.prototype.call
        self.begin_each = js.Array.from_  # (functions, invoke) → what they return
        self.invoke = call.bind(call)  # f → f()
        self.race = js.Promise.race
        self.wait = js.scheduler.wait.bind(js.scheduler, patience)
        self.has_field = call.bind(js.Headers.prototype.has)  # (headers, name)
        self.field = call.bind(js.Headers.prototype.get)
        self.parse = js.JSON.parse
        self.response = js.Response.new


class ShortWay:
    """The known hits of one isolate."""

    def __init__(self, edge: Edge, kv: JsObject, analytics: Analytics | None = None) -> None:
        config = edge.config
        self._edge = edge
        self._analytics = analytics
        self._from_kv = not config.cache_api
        self._tier = kv if self._from_kv else js.caches.default
        self._patience = round(1000 * (config.kv_timeout if self._from_kv else config.cache_timeout))
        self._natives: _Natives | None = None
        self._looks: OrderedDict[str, JsObject] = OrderedDict()  # key → the calls that look for it
        self._name = os.urandom(8).hex()
        self._count = 0

    async def hit(self, request: JsObject, url: str) -> JsObject | None:
        """Answer a request for a known URL; None where it has to go the whole way."""
        began = time.time()
        known = self._edge.hits.find(url, began)
        if known is None:
            return None
        try:
            natives = self._natives
            if natives is None:
                natives = self._natives = _Natives(self._patience)
            if not _is_plain(request, natives.has_field):
                return None
            copy = await natives.race(natives.begin_each(self._look(known.card.key, natives), natives.invoke))
            if absent(copy):
                return None
            if self._from_kv:
                same, body = copy.metadata == known.record, copy.value
            else:
                same, body = natives.field(copy.headers, RECORD_HEADER) == known.record, copy.body
        except Exception:  # the whole way meets it again, counts it and reports it
            return None
        return self._response(natives, request, body, known, began) if same else None

    def _look(self, key: str, natives: _Natives) -> JsObject:
        """Return the calls to begin: the tier's, and that of a timer."""
        look = self._looks.get(key)
        if look is not None:
            return look
        if self._from_kv:
            find = self._tier.getWithMetadata.bind(self._tier, f"card/{key}", "stream")
        else:
            find = self._tier.match.bind(self._tier, self._edge.store.cache_url(key))
        look = self._looks[key] = js.Array.of(find, natives.wait)
        if len(self._looks) > REMEMBERED:
            self._looks.popitem(last=False)
        return look

    def _point(self, request: JsObject, known: Known, took: float) -> None:
        assert self._analytics is not None  # noqa: S101 - asked before
        get = request.headers.get
        write_point(
            self._analytics,
            template=known.card.request.template.name,
            variant=known.card.request.variant,
            outcome="hit",
            tier=known.tier,
            status=200,
            user_agent=get("user-agent") or "",
            country=get("cf-ipcountry") or "",
            verified=verified_bot(request),
            milliseconds=took,
            size=known.length,
        )

    def _response(
        self, natives: _Natives, request: JsObject, body: JsObject, known: Known, began: float
    ) -> JsObject:
        now = time.time()
        self._count += 1
        took = (now - began) * 1000
        timing = f"{known.tier};dur={took:.1f}, total;dur={took:.1f}"
        head = answer(known, now, f"{self._name}{self._count:016x}", timing)
        self._edge.hot.note(known.url)
        if self._analytics is not None:
            self._point(request, known, took)
        return natives.response(body, natives.parse(head))


def _is_plain(request: JsObject, has_field: JsObject) -> bool:
    """Whether a request is a GET without condition, range, body or an id of its own."""
    if request.method != "GET" or not absent(request.body):
        return False
    headers = request.headers
    return not any(has_field(headers, name) for name in UNUSUAL)  # cheaper than bringing all over
