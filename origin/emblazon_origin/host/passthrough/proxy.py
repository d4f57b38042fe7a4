"""One request through the pass-through cache: RFC 9111 §4 in its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, assert_never
from urllib.parse import urljoin, urlsplit

from emblazon.contract.wire import HOP_BY_HOP
from emblazon.edge.http.cache_control import Life, format_date, life_of
from emblazon.edge.http.cache_status import CacheStatus
from emblazon.edge.http.conditional import (
    NotModified,
    Part,
    PreconditionFailed,
    Unsatisfiable,
    WholeBody,
    select,
)
from emblazon.edge.messages import BytesBody, Headers, OriginResponse, Request, Response, get_header
from emblazon.edge.ports import Background, Clock, Log, OriginError
from emblazon.edge.store.freshness import current_age

from .responses import (
    SAFE_METHODS,
    ResponseStore,
    Revalidate,
    StoredResponse,
    Use,
    Wishes,
    body_of,
    decide,
    may_store,
    stands_in_while_disconnected,
    store_response,
)

DEADLINE = 30.0  # seconds for one answer of the origin
CONDITIONS = ("if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range")
NOT_PASSED_ON = HOP_BY_HOP | {"host", "content-length", "expect"}
ERRORS = frozenset((500, 502, 503, 504))  # RFC 5861 §4

Early = Callable[[int, Headers], None]  # takes the status and the fields of an interim answer


class ForwardingOrigin(Protocol):
    """An origin that takes any method and a body."""

    async def fetch(
        self,
        target: str,
        headers: Headers,
        *,
        deadline: float,
        method: str = "GET",
        content: bytes = b"",
        early: Early,
    ) -> OriginResponse: ...


def unheard(status: int, headers: Headers) -> None:
    """Drop an interim answer that nobody waits for."""


@dataclass(slots=True)
class Passthrough:
    """A shared cache in front of one origin."""

    origin: ForwardingOrigin
    clock: Clock
    background: Background
    log: Log
    store: ResponseStore = field(default_factory=ResponseStore)
    _refreshing: set[str] = field(default_factory=set)

    async def handle(self, request: Request, early: Early = unheard) -> Response:
        """Answer one request, with interim answers before it; never raises OriginError."""
        if request.method not in ("GET", "HEAD"):
            return await self._forward_uncached(request, early)
        wishes = Wishes.of(request.headers)
        stored = self.store.get(self._key(request), request.headers)
        if stored is None:
            if wishes.only_if_cached:
                return _gateway_error(504, CacheStatus(detail="only-if-cached"))
            return await self._miss(request, early)
        decision = decide(stored, wishes, self.clock.now())
        match decision:
            case Use(ttl=ttl, refresh=refresh):
                if refresh:
                    self._refresh_later(request, stored)
                detail = "stale-while-revalidate" if refresh else ""
                return await self._serve(request, stored, CacheStatus(hit=True, ttl=ttl, detail=detail))
            case Revalidate():
                if wishes.only_if_cached:
                    return _gateway_error(504, CacheStatus(detail="only-if-cached"))
                return await self._revalidate(request, stored, decision, early)
            case _:
                assert_never(decision)

    # Forwarding

    async def _miss(self, request: Request, early: Early) -> Response:
        try:
            answer = await self._ask(request, forwarded(request.headers), early)
        except OriginError as error:
            return _unreachable(error, "uri-miss")
        status = CacheStatus(fwd="uri-miss", fwd_status=answer.status)
        stored = await self._keep(request, answer)
        if stored is None:
            return await self._pass_on(request, answer, status)
        return await self._serve(request, stored, replace(status, stored=True))

    async def _revalidate(
        self, request: Request, stored: StoredResponse, why: Revalidate, early: Early
    ) -> Response:
        status = CacheStatus(fwd="stale" if why.ttl <= 0 else "request")
        try:
            answer = await self._ask(request, conditional(request, stored), early)
        except OriginError as error:
            if why.on_error or stands_in_while_disconnected(stored, self.clock.now()):
                return await self._serve(
                    request, stored, replace(status, ttl=why.ttl, detail="stale-if-error")
                )
            return _unreachable(error, status.fwd)
        status = replace(status, fwd_status=answer.status)
        if answer.status == 304:
            fresh = self._freshen(request, stored, answer)
            return await self._serve(request, fresh, replace(status, stored=True))
        if answer.status in ERRORS and why.on_error:
            return await self._serve(request, stored, replace(status, ttl=why.ttl, detail="stale-if-error"))
        if request.method == "HEAD":
            self._compare_head(request, stored, answer)
        kept = await self._keep(request, answer)
        if kept is None:
            return await self._pass_on(request, answer, status)
        return await self._serve(request, kept, replace(status, stored=True))

    def _refresh_later(self, request: Request, stored: StoredResponse) -> None:
        key = self._key(request)
        if key not in self._refreshing:
            self._refreshing.add(key)
            self.background.wait_until(self._refresh(request, stored, key))

    async def _refresh(self, request: Request, stored: StoredResponse, key: str) -> None:
        get = replace(request, method="GET")
        try:
            answer = await self._ask(get, conditional(get, stored), unheard)
            if answer.status == 304:
                self._freshen(get, stored, answer)
            elif answer.status not in ERRORS:
                await self._keep(get, answer)
        except OriginError as error:
            self.log.log("warning", "revalidation failed", detail=str(error))
        finally:
            self._refreshing.discard(key)

    async def _forward_uncached(self, request: Request, early: Early) -> Response:
        """An unsafe method that succeeds invalidates what it may have changed (§4.4)."""
        content = await request.body.read() if request.body is not None else b""
        try:
            answer = await self.origin.fetch(
                request.target,
                forwarded(request.headers),
                deadline=DEADLINE,
                method=request.method,
                content=content,
                early=early,
            )
        except OriginError as error:
            return _unreachable(error, "method")
        if request.method not in SAFE_METHODS and 200 <= answer.status < 400:
            self.store.drop(self._key(request))
            for name in ("location", "content-location"):
                self._invalidate_reference(request, get_header(answer.headers, name))
        return await self._pass_on(request, answer, CacheStatus(fwd="method", fwd_status=answer.status))

    def _invalidate_reference(self, request: Request, reference: str | None) -> None:
        if not reference:
            return
        url = urlsplit(urljoin(self._key(request), reference))
        if url.netloc == urlsplit(request.base_url).netloc:
            self.store.drop(f"{request.base_url}{url.path}" + (f"?{url.query}" if url.query else ""))

    async def _ask(self, request: Request, headers: Headers, early: Early) -> OriginResponse:
        asked_at = self.clock.now()
        answer = await self.origin.fetch(
            request.target, headers, deadline=DEADLINE, method=request.method, early=early
        )
        if get_header(answer.headers, "date") is None:  # RFC 9110 §6.6.1
            answer = replace(answer, headers=(*answer.headers, ("Date", format_date(asked_at))))
        return answer

    # Storing

    async def _keep(self, request: Request, answer: OriginResponse) -> StoredResponse | None:
        life = self._life(answer)
        method = "" if "range" in request.headers and answer.status == 206 else request.method
        if not may_store(method, request.headers, answer.status, answer.headers, life):
            if 200 <= answer.status < 400 and request.method == "GET":
                self.store.drop(self._key(request))
            return None
        stored = store_response(answer, await answer.body.read(), life, request.headers, self.clock.now())
        self.store.put(self._key(request), stored)
        return stored

    def _freshen(self, request: Request, stored: StoredResponse, answer: OriginResponse) -> StoredResponse:
        """§4.3.4: a 304 brings the stored response up to date."""
        known = {name.lower() for name, _ in answer.headers}
        merged = answer.headers + tuple(
            (name, value) for name, value in stored.headers if name.lower() not in known | {"age"}
        )
        now = self.clock.now()
        life = life_of(merged, now, status=stored.status, heuristic=True)
        fresh = stored.freshened(answer.headers, life, now)
        if get_header(answer.headers, "age") is None:
            fresh = replace(fresh, headers=tuple(pair for pair in fresh.headers if pair[0].lower() != "age"))
        self.store.put(self._key(request), fresh)
        return fresh

    def _compare_head(self, request: Request, stored: StoredResponse, answer: OriginResponse) -> None:
        """§4.3.5: a HEAD that tells of other content invalidates, one of the same content freshens."""
        if answer.status != 200:
            return
        for name in ("etag", "last-modified", "content-length"):
            new = get_header(answer.headers, name)
            if new is not None and new != get_header(stored.headers, name):
                self.store.drop(self._key(request))
                return
        self._freshen(request, stored, answer)

    def _life(self, answer: OriginResponse) -> Life:
        return life_of(answer.headers, self.clock.now(), status=answer.status, heuristic=True)

    def _key(self, request: Request) -> str:
        return f"{request.base_url}{request.target}"

    # Responding

    async def _serve(self, request: Request, stored: StoredResponse, status: CacheStatus) -> Response:
        """Answer from a stored response, obeying conditions and ranges where it is a 200."""
        age = int(current_age(stored.times, self.clock.now()))
        headers = _with(stored.headers, ("Age", str(age)), ("Cache-Status", str(status)))
        if stored.status != 200:
            return _answer(request, stored.status, headers, stored.body)
        chosen = select(
            request.headers,
            method=request.method,
            etag=stored.etag,
            last_modified=stored.modified_or_dated,
            length=len(stored.body),
        )
        never_kept = (("Cache-Control", "no-store"), ("Cache-Status", str(status)))
        match chosen:
            case WholeBody():
                return _answer(request, 200, headers, stored.body)
            case NotModified():
                return Response(304, _without(headers, "content-length", "content-type", "content-encoding"))
            case PreconditionFailed():
                return _answer(request, 412, never_kept, b"")
            case Part(start, stop):
                content_range = ("Content-Range", f"bytes {start}-{stop - 1}/{len(stored.body)}")
                part = await body_of(stored).slice(start, stop)
                return _answer(request, 206, _with(headers, content_range), part.data)
            case Unsatisfiable():
                content_range = ("Content-Range", f"bytes */{len(stored.body)}")
                return _answer(request, 416, (*never_kept, content_range), b"")
            case _:
                assert_never(chosen)

    async def _pass_on(self, request: Request, answer: OriginResponse, status: CacheStatus) -> Response:
        """Hand the origin's answer on as it is."""
        headers = _with(answer.headers, ("Cache-Status", str(status)))
        if request.method == "HEAD" or answer.status in (204, 304) or answer.status < 200:
            return Response(answer.status, headers)
        return _answer(request, answer.status, headers, await answer.body.read())


def forwarded(headers: Mapping[str, str]) -> Headers:
    """Return the request fields that go on to the origin (RFC 9110 §7.6.1)."""
    named = {name.strip().lower() for name in headers.get("connection", "").split(",")}
    return tuple((name, value) for name, value in headers.items() if name not in NOT_PASSED_ON | named)


def conditional(request: Request, stored: StoredResponse) -> Headers:
    """Return the fields of a validation request (§4.3.1): our validators in place of the client's."""
    plain = tuple(pair for pair in forwarded(request.headers) if pair[0] not in CONDITIONS)
    if stored.etag:
        plain += (("If-None-Match", stored.etag),)
    if stored.last_modified:
        plain += (("If-Modified-Since", stored.last_modified),)
    return plain


def _answer(request: Request, status: int, headers: Headers, body: bytes) -> Response:
    complete = _with(headers, ("Content-Length", str(len(body))))
    return Response(status, complete, None if request.method == "HEAD" else BytesBody(body))


def _with(headers: Headers, *pairs: tuple[str, str]) -> Headers:
    """Set fields; Cache-Status is appended to those of caches before us (RFC 9211 §2)."""
    for name, value in pairs:
        if name == "Cache-Status":
            headers += ((name, value),)
        else:
            headers = (*_without(headers, name.lower()), (name, value))
    return headers


def _without(headers: Headers, *names: str) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() not in names)


def _unreachable(error: OriginError, fwd: str) -> Response:
    code = 504 if error.reason == "timeout" else 502
    return _gateway_error(code, CacheStatus(fwd=fwd, detail=f"origin-{error.reason}"))


def _gateway_error(code: int, status: CacheStatus) -> Response:
    text = b"Gateway Timeout\n" if code == 504 else b"Bad Gateway\n"
    headers = (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(text))),
        ("Cache-Control", "no-store"),
        ("Cache-Status", str(status)),
    )
    return Response(code, headers, BytesBody(text))
