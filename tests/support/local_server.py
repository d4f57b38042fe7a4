"""A small HTTP server on this machine, for as long as a test needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class Quiet(BaseHTTPRequestHandler):
    """A handler that logs nothing, and says that it closes the connection.

    workerd keeps one that does not say so, HTTP/1.0 or not, and loses the next request on it.
    """

    def end_headers(self) -> None:
        self.send_header("Connection", "close")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


class LocalServer:
    """Answers through `handler` from a thread until it is closed."""

    def __init__(self, handler: Callable[..., BaseHTTPRequestHandler], host: str = "127.0.0.1") -> None:
        self._server = ThreadingHTTPServer((host, 0), handler)
        self.port = self._server.server_port
        self.url = f"http://{host}:{self.port}"
        # By itself it looks for its end twice a second: each test would wait as long.
        serve = partial(self._server.serve_forever, poll_interval=0.005)
        self._thread = threading.Thread(target=serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)

    def __enter__(self) -> LocalServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()
