"""A plain hit on a URL that is known (`edge.hits`), in as few crossings to JavaScript as it takes.

    request ── method, body, URL as one text; header fields ──▶ nothing unusual ── cache or KV ──▶ the same
            copy ──▶ `new Response(copy.body, {headers})`, its body untouched

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

from ..dataclass import dataclass
from ..edge.exchange import write_point
from ..edge.handler import Edge
from ..edge.hits import REMEMBERED, UNUSUAL, Known, answer
from ..edge.ports import Analytics
from ..edge.store.record import RECORD_HEADER
from .js import JsObject, absent, verified_bot

LOST = 60.0  # seconds after which nothing arrives any more: the client has gone away
PLAIN = '{"method":"GET","body":null,"url":"'  # how the text of a plain request begins; `"}` ends it
WholeWay = Callable[[JsObject, JsObject], Awaitable[JsObject]]  # (request, ctx) → response


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
        self.text = js.JSON.stringify  # (request, asked)
        self.asked = js.Array.of("method", "body", "url")
        self.response = js.Response.new
        self.field = call.bind(js.Headers.prototype.get)  # (headers, name)
        unusual = js.Array.of(*UNUSUAL)
        self.any_unusual = unusual.some.bind(unusual, js.Headers.prototype.has)  # (headers): one crossing
        self._call = call
        self._bind = call.bind(js.Function.prototype.bind)
        self._begin = call.bind(call)  # f → f()
        self._any = js.Promise.any.bind(js.Promise)
        self._then = js.Reflect.get(js.Promise.prototype, "then")  # as an attribute it would be Python's own
        self._first = js.Reflect.get  # (items, 0) → items[0]
        self._wait = js.scheduler.wait.bind(js.scheduler, patience)

    def look(self, find: JsObject) -> JsObject:
        """Return a JS function that begins `find` and a timer and gives both promises, in an array."""
        return self.of(self.each.bind(js.Array, self.of(find, self._wait), self._begin))

    def answering(self, arrive: JsObject, number: int) -> JsObject:
        """Return a JS function that takes a `look` and gives, in an array, the promise of what is answered.

        That is what `arrive` makes of `number` and what was found; where the search fails, or takes too long,
        the timer decides, with nothing. Each step is mapped over an array of one item: the look, its two
        promises, the first that holds, what `arrive` makes of it.
        """
        arrived = self._bind(self._call, arrive, None, number)
        then_arrive = self.each.bind(js.Array, self.of(arrived), self._then)  # promise → [promise]
        steps = self.of(self._begin, self._any, then_arrive, self._first)
        return steps.reduce.bind(steps, self.each)


@dataclass(slots=True)
class _Asked:
    """A request whose copy is on its way. Used again and again, each with a JS function of its own."""

    number: int
    answering: JsObject = None
    request: JsObject = None
    ctx: JsObject = None
    known: Known | None = None
    began: float = 0.0


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
        self._idle: list[_Asked] = []
        self._made = 0
        self._name = os.urandom(8).hex()
        self._count = 0

    def answer(self, request: JsObject, ctx: JsObject) -> JsObject | None:
        """Return the promise of an answer to a known URL; None where it has to go the whole way."""
        try:
            natives = self._natives
            if natives is None:
                natives = self._begin()
            text = natives.text(request, natives.asked)
            if not text.startswith(PLAIN):
                return None
            began = time.time()
            known = self._edge.hits.find(text[len(PLAIN) : -2], began)
            if known is None or natives.any_unusual(request.headers):
                return None
            look = self._look(known.card.key, natives)
            asked = self._idle.pop() if self._idle else self._another(natives)
            asked.request, asked.ctx, asked.known, asked.began = request, ctx, known, began
            self._under_way[asked.number] = asked
            if began - next(iter(self._under_way.values())).began > LOST:
                self._under_way.popitem(last=False)
            return asked.answering(look)[0]
        except Exception:  # the whole way meets it again, counts it and reports it
            return None

    def _begin(self) -> _Natives:
        self._arrive = create_proxy(self._arrived)
        self._natives = _Natives(self._patience)
        return self._natives

    def _another(self, natives: _Natives) -> _Asked:
        self._made += 1
        return _Asked(self._made, natives.answering(self._arrive, self._made))

    def _arrived(self, number: int, copy: JsObject) -> Awaitable[JsObject] | JsObject:
        """Answer with the copy that was found, or let the whole way answer."""
        asked = self._under_way.pop(number)
        request, ctx, known, began = asked.request, asked.ctx, asked.known, asked.began
        asked.request = asked.ctx = None
        self._idle.append(asked)
        if known is not None and not absent(copy):
            try:
                response = self._response(request, copy, known, began)
            except Exception:  # as in `answer`
                response = None
            if response is not None:
                return response
        return self._whole_way(request, ctx)

    def _look(self, key: str, natives: _Natives) -> JsObject:
        """Return what looks for a card."""
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

    def _response(self, request: JsObject, copy: JsObject, known: Known, began: float) -> JsObject | None:
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
        self._count += 1
        head = answer(known, now, f"{self._name}{self._count:016x}", timing)
        self._edge.hot.note(known.url)
        if self._analytics is not None:
            self._point(request, known, took)
        return natives.response(body, natives.parse(head))
