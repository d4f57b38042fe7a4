"""aiohttp's connection handler, with bounds for its clients and problem documents for whatever goes wrong.

aiohttp bounds idle time between requests, but not the time a client takes to send the head of one or to
take an answer, and not the number of connections. This subclass does: a client that has begun a request and
not finished its head within `header_timeout`, or has never sent one, is disconnected; so is one that leaves
an answer unread for `write_timeout`; and where there are too many, the one that has been idle for longest
makes room.

A process that has no descriptors left can neither accept nor open anything: new clients get a reset, the
origin, the KV and the templates cannot be read. So there is a limit (`ConnectionLimit`) below the system's,
and a newcomer takes the place of the connection that has been idle for longest.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from typing import Any, Protocol, cast

from aiohttp import web
from aiohttp.http_exceptions import BadStatusLine, InvalidURLError
from aiohttp.web_protocol import RequestHandler, RequestPayloadError

from emblazon.contract import wire
from emblazon.contract.problem import (
    CONTENT_TYPE,
    BadRequest,
    Fault,
    MalformedBody,
    NotFound,
    Problem,
    UriTooLong,
)
from emblazon_origin.errors import EmblazonError
from emblazon_origin.server.messages import HttpResponse, error_response, problem_response

log = logging.getLogger(__name__)

SERVER = "emblazon"  # names no version
ClosedFor = Callable[[str], None]

FEWEST = 8
RESERVE = 64  # descriptors for files, databases and what starts meanwhile
_PLENTY = 65_536


class BoundedHandler(RequestHandler):
    """One client connection."""

    __slots__ = (
        "_head_timer", "_header_timeout", "_limit", "_on_closed", "_turned_away", "_write_timeout",
        "_write_timer",
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        header_timeout: float,
        write_timeout: float,
        limit: ConnectionLimit,
        on_closed: ClosedFor,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._header_timeout = header_timeout
        self._write_timeout = write_timeout
        self._limit = limit
        self._on_closed = on_closed
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._turned_away = False

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered: between two, or before the end of a head."""
        return not self._request_in_progress and not self._messages

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock for the first request, or turn the client away where all others are busy."""
        if not self._limit.admit(self):
            self._turned_away = True
            self._on_closed("refused")
            stream = cast(asyncio.Transport, transport)
            stream.write(_BUSY)
            stream.close()
            return
        super().connection_made(transport)
        self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Start the clock with the first byte of a later request; stop it when its head is complete."""
        if self._turned_away:
            return
        self._limit.heard(self)
        before = self._request_count
        super().data_received(data)
        if self._request_count != before:
            self._stop_head_timer()
        elif self._current_request is None and not self._messages and self._head_timer is None:
            self._start_head_timer()

    def pause_writing(self) -> None:
        """The client has stopped reading: give it a while."""
        if self._turned_away:
            return
        super().pause_writing()
        self._write_timer = self._loop.call_later(self._write_timeout, self.give_up, "write")

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._turned_away:
            return
        super().resume_writing()
        self._stop_write_timer()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop the clocks."""
        if self._turned_away:
            return
        self._limit.left(self)
        self._stop_head_timer()
        self._stop_write_timer()
        super().connection_lost(exc)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, in which neither the name nor the texts of the library show."""
        if isinstance(resp, web.HTTPException) and resp.status >= 400:
            resp = _response(problem_response(_refusal(resp, request.raw_path)))
            resp.force_close()
        resp.headers["Server"] = SERVER
        return await super().finish_response(request, resp, start_time)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP, is too long to be ours, or met a defect, with a problem document too."""
        if isinstance(exc, RequestPayloadError):
            answer = problem_response(MalformedBody("The body cannot be read as its header fields say."))
        elif status == 400:
            answer = problem_response(_problem(exc))
        else:
            log.error("unexpected error", exc_info=exc, extra={"status": status})
            error = EmblazonError(repr(exc), public="The request could not be answered.")
            error.status = status
            answer = error_response(error)
        self.keep_alive(False)
        response = _response(answer)
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kwargs: Any) -> None:
        """Log a defect; a body that is none is its client's."""
        if not isinstance(kwargs.get("exc_info"), RequestPayloadError):
            super().log_exception(*args, **kwargs)

    def give_up(self, reason: str) -> None:
        """Disconnect the client."""
        self._on_closed(reason)
        if self.transport is not None:
            self.transport.abort()

    def _start_head_timer(self) -> None:
        self._head_timer = self._loop.call_later(self._header_timeout, self.give_up, "header")

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None


def _response(answer: HttpResponse) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers=[*answer.headers, *wire.SECURITY])


def _problem(error: BaseException | None) -> Problem:
    """Say what is wrong with a request that aiohttp cannot read."""
    if "more than" in str(error):
        return UriTooLong("The request line or a header field is too long.")
    if isinstance(error, InvalidURLError):
        return BadRequest(
            "The URL has a character that must be percent-encoded, such as ü or a quotation mark."
        )
    if isinstance(error, BadStatusLine):
        return BadRequest("The request line is malformed: a space in the URL must be %20 or +.")
    return BadRequest("This is not a valid HTTP request.")


def _refusal(error: web.HTTPException, target: str) -> Problem:
    """Say what the library says, as a problem."""
    if error.status == 404:  # such as `OPTIONS *`
        return NotFound(f"{target[:100]!r} is no card.")
    return Fault(f"{error.reason}.", status=error.status, kind="refused", title="The request cannot be taken")


def _busy() -> bytes:
    told, title = "Every connection is busy; try again shortly.", "Too many connections"
    body = Fault(told, status=503, kind="too-many-connections", title=title).to_json()
    head = (
        f"HTTP/1.1 503 Service Unavailable\r\nContent-Type: {CONTENT_TYPE}\r\n"
        f"Cache-Control: no-store\r\nRetry-After: 1\r\nServer: {SERVER}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


_BUSY = _busy()


class BoundedServer(web.Server):
    """Makes one BoundedHandler per connection."""

    def __init__(
        self,
        handler: Any,
        *,
        header_timeout: float,
        write_timeout: float,
        limit: ConnectionLimit,
        on_closed: ClosedFor,
        **kwargs: Any,
    ) -> None:
        super().__init__(handler, auto_decompress=False, **kwargs)
        self.limit = limit
        self._bounds = {
            "header_timeout": header_timeout,
            "write_timeout": write_timeout,
            "limit": limit,
            "on_closed": on_closed,
        }

    def __call__(self) -> RequestHandler:
        """Make the handler of a new connection."""
        return BoundedHandler(self, loop=self._loop, **self._bounds, **self._kwargs)  # type: ignore[arg-type]


class Connection(Protocol):
    """One client."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being answered."""
        ...

    def give_up(self, reason: str) -> None:
        """Disconnect the client."""


class ConnectionLimit:
    """Counts connections, in the order in which they were last heard of."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._connections: dict[Connection, None] = {}

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def backlog(self) -> int:
        """How many may wait to be accepted: they come at once, before others have made room."""
        return max(FEWEST, min(1024, self.most // 2))

    def admit(self, connection: Connection) -> bool:
        """Take one more, if need be in the place of the oldest idle one; False where all are busy."""
        if len(self._connections) >= self.most:
            oldest = next((other for other in self._connections if other.is_idle), None)
            if oldest is None:
                return False
            self.left(oldest)
            oldest.give_up("evicted")
        self._connections[connection] = None
        return True

    def heard(self, connection: Connection) -> None:
        """Note that a client has sent something."""
        if connection in self._connections:
            del self._connections[connection]
            self._connections[connection] = None

    def left(self, connection: Connection) -> None:
        """Forget a connection."""
        self._connections.pop(connection, None)


def descriptors() -> int:
    """Return how many descriptors this process may have, after asking for as many as the system allows."""
    try:
        import resource
    except ImportError:  # Windows
        return _PLENTY
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _PLENTY if hard == resource.RLIM_INFINITY else min(hard, _PLENTY)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            return wanted
    return _PLENTY if soft == resource.RLIM_INFINITY else soft


def connection_limit(reserve: int = 0, most: int = 0) -> ConnectionLimit:
    """Return the limit for a server whose process needs `reserve` descriptors for itself.

    `most`: the limit as set; 0: what the system's leaves room for, less a third for those who come at once.
    """
    free = descriptors() - _open_descriptors() - RESERVE - reserve
    return ConnectionLimit(max(FEWEST, min(most or _PLENTY, free * 2 // 3)))


def _open_descriptors() -> int:
    try:
        return len(os.listdir("/proc/self/fd"))
    except OSError:
        return FEWEST
