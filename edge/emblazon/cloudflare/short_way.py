"""A plain hit on a URL that is known (`edge.hits`), in as few crossings to JavaScript as it takes.

    request ── method, header fields ──▶ nothing unusual ── cache or KV ──▶ the same copy
            ──▶ `new Response(copy.body, {headers})`, its body untouched

Whatever else is found is handed to the whole way, which looks again: this happens once for each change. So
does a tier that fails or does not answer in time.

Nothing is awaited in Python, where each promise costs a future, its callbacks and turns of the event loop,
more than all the rest of a hit: what is to be done is put together of JavaScript's own functions, and
Python is called once more, when the copy is there.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import js
from pyodide.ffi import create_proxy

from ..edge.exchange import write_point
from ..edge.handler import Edge
from ..edge.hits import REMEMBERED, UNUSUAL, Known, answer
from ..edge.ports import Analytics
from ..edge.store.record import RECORD_HEADER
from .js import JsObject, absent, verified_bot

LOST = 60.0  # seconds after which nothing arrives any more: the client has gone away
WholeWay = Callable[[JsObject, JsObject], Awaitable[JsObject]]  # (request, ctx) → response
_Asked = tuple[JsObject, JsObject, Known, float]  # request, ctx, what is known of it, and when it came


class _Natives:
    """JavaScript's functions that a hit calls: looking one up makes a proxy and takes longer than the call.

    A promise that a *call* gives becomes a future of Python's event loop; one that is *read* out of an array
    stays what it is. Hence `each`, which is `Array.from(items, function, this)`.

    Made at the first hit, since no JS object may be kept before there is a request.
    """

    def __init__(self, patience: int) -> None:
        call = js.Function.prototype.call
        self.of = js.Array.of
        self.each = js.Array.from_
        self.parse = js.JSON.parse
        self.response = js.Response.new
        self.field = call.bind(js.Headers.prototype.get)  # (headers, name)
        unusual = js.Array.of(*UNUSUAL)
        self.any_unusual = unusual.some.bind(unusual, js.Headers.prototype.has)  # (headers): one crossing
        self._call = call
        self._bind = call.bind(js.Function.prototype.bind)
        self._begin = call.bind(call)  # f → f()
        self._any = js.Promise.any.bind(js.Promise)
        self._then = js.Reflect.get(js.Promise.prototype, "then")  # as an attribute it would be Python's own
        self._wait = js.scheduler.wait.bind(js.scheduler, patience)

    def look(self, find: JsObject) -> JsObject:
        """Return a JS function that begins `find` and gives the promise of its outcome, in an array.

        The promise never rejects: where `find` fails, or takes too long, a timer decides, with nothing.
        """
        begin_both = self.each.bind(js.Array, self.of(find, self._wait), self._begin)  # → [promise, promise]
        steps = self.of(self.of(begin_both), self._begin, self._any)
        return steps.reduce.bind(steps, self.each)  # → each(each([begin_both], begin), any)

    def then(self, promise: JsObject, function: JsObject, first: int) -> JsObject:
        """Return the promise of what `function` makes of `first` and of a promise's outcome."""
        bound = self._bind(self._call, function, None, first)
        return self.each(self.of(bound), self._then, promise)[0]


class ShortWay:
    """The known hits of one isolate; whatever is none of them is left to `whole_way`."""

    def __init__(
        self, edge: Edge, kv: JsObject, whole_way: WholeWay, analytics: Analytics | None = None
    ) -> None:
        config = edge.config
        self._edge = edge
        self._whole_way = whole_way
        self._analytics = analytics
        self._from_kv = not config.cache_api
        self._tier = kv if self._from_kv else js.caches.default
        self._patience = round(1000 * (config.kv_timeout if self._from_kv else config.cache_timeout))
        self._natives: _Natives | None = None
        self._arrive: JsObject = None  # `_arrived` for JavaScript
        self._looks: OrderedDict[str, JsObject] = OrderedDict()  # key → what looks for it
        self._under_way: OrderedDict[int, _Asked] = OrderedDict()
        self._name = os.urandom(8).hex()
        self._count = 0

    def answer(self, request: JsObject, ctx: JsObject) -> JsObject | None:
        """Return the promise of an answer to a known URL; None where it has to go the whole way."""
        began = time.time()
        known = self._edge.hits.find(request.url, began)
        if known is None:
            return None
        try:
            natives = self._natives
            if natives is None:
                natives = self._natives = _Natives(self._patience)
                self._arrive = create_proxy(self._arrived)
            if not _is_plain(request, natives):
                return None
            promise = self._look(known.card.key, natives)()[0]
            number = self._count = self._count + 1
            asked = self._under_way
            asked[number] = (request, ctx, known, began)
            if began - next(iter(asked.values()))[3] > LOST:
                asked.popitem(last=False)
            return natives.then(promise, self._arrive, number)
        except Exception:  # the whole way meets it again, counts it and reports it
            return None

    def _arrived(self, number: int, copy: JsObject) -> Awaitable[JsObject] | JsObject:
        """Answer with the copy that was found, or let the whole way answer."""
        request, ctx, known, began = self._under_way.pop(number)
        if not absent(copy):
            try:
                response = self._response(request, copy, number, known, began)
            except Exception:  # as in `answer`
                response = None
            if response is not None:
                return response
        return self._whole_way(request, ctx)

    def _look(self, key: str, natives: _Natives) -> JsObject:
        """Return the JS function that looks for a card."""
        look = self._looks.get(key)
        if look is not None:
            return look
        if self._from_kv:
            find = self._tier.getWithMetadata.bind(self._tier, f"card/{key}", "stream")
        else:
            find = self._tier.match.bind(self._tier, self._edge.store.cache_url(key))
        look = self._looks[key] = natives.look(find)
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
        self, request: JsObject, copy: JsObject, number: int, known: Known, began: float
    ) -> JsObject | None:
        """Return the answer; None where the copy is not the one that is known."""
        natives = self._natives
        if natives is None:
            return None
        if self._from_kv:
            same, body = copy.metadata == known.record, copy.value
        else:
            same, body = natives.field(copy.headers, RECORD_HEADER) == known.record, copy.body
        if not same:
            return None
        now = time.time()
        took = (now - began) * 1000
        timing = f"{known.tier};dur={took:.1f}, total;dur={took:.1f}"
        head = answer(known, now, f"{self._name}{number:016x}", timing)
        self._edge.hot.note(known.url)
        if self._analytics is not None:
            self._point(request, known, took)
        return natives.response(body, natives.parse(head))


def _is_plain(request: JsObject, natives: _Natives) -> bool:
    """Whether a request is a GET without condition, range, body or an id of its own."""
    return request.method == "GET" and absent(request.body) and not natives.any_unusual(request.headers)
