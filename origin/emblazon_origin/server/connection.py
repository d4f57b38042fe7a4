"""aiohttp's connection handler with deadlines against slow clients.

aiohttp bounds idle time between requests, but not the time a client takes to send the head of one
or to take an answer. This subclass does: a client that has begun a request and not finished its head
within `header_timeout`, or has never sent one, is disconnected; so is one that leaves an answer
unread for `write_timeout`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import BadStatusLine, InvalidURLError
from aiohttp.web_protocol import RequestHandler

from emblazon.contract.problem import BadRequest, Problem, UriTooLong
from emblazon_origin.server.answer import SECURITY_HEADERS, problem_answer

SlowClient = Callable[[str], None]


class DeadlineHandler(RequestHandler):
    """One client connection."""

    __slots__ = ("_head_timer", "_header_timeout", "_on_slow", "_seen", "_write_timeout", "_write_timer")

    def __init__(
        self, *args: Any, header_timeout: float, write_timeout: float, on_slow: SlowClient, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._header_timeout = header_timeout
        self._write_timeout = write_timeout
        self._on_slow = on_slow
        self._head_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._seen = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start the clock for the first request."""
        super().connection_made(transport)
        self._start_head_timer()

    def data_received(self, data: bytes) -> None:
        """Start the clock with the first byte of a later request; stop it when its head is complete."""
        before = self._request_count
        super().data_received(data)
        if self._request_count != before:
            self._stop_head_timer()
        elif self._current_request is None and not self._messages and self._head_timer is None:
            self._start_head_timer()

    def pause_writing(self) -> None:
        """The client has stopped reading: give it a while."""
        super().pause_writing()
        self._write_timer = self._loop.call_later(self._write_timeout, self._give_up, "write")

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._stop_write_timer()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Stop the clocks."""
        self._stop_head_timer()
        self._stop_write_timer()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP, or too long to be ours, with a problem document too."""
        if status != 400:
            return super().handle_error(request, status, exc, message)
        answer = problem_answer(_problem(exc))
        self.keep_alive(False)
        response = web.Response(
            status=answer.status, body=answer.body, headers=[*answer.headers, *SECURITY_HEADERS]
        )
        response.headers["Server"] = "emblazon"
        response.force_close()
        return response

    def _start_head_timer(self) -> None:
        self._head_timer = self._loop.call_later(self._header_timeout, self._give_up, "header")

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _give_up(self, phase: str) -> None:
        self._on_slow(phase)
        if self.transport is not None:
            self.transport.abort()


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


class DeadlineServer(web.Server):
    """Makes one DeadlineHandler per connection."""

    def __init__(
        self, handler: Any, *, header_timeout: float, write_timeout: float, on_slow: SlowClient, **kwargs: Any
    ) -> None:
        super().__init__(handler, **kwargs)
        self._deadlines = {
            "header_timeout": header_timeout,
            "write_timeout": write_timeout,
            "on_slow": on_slow,
        }

    def __call__(self) -> RequestHandler:
        """Make the handler of a new connection."""
        return DeadlineHandler(self, loop=self._loop, **self._deadlines, **self._kwargs)  # type: ignore[arg-type]
