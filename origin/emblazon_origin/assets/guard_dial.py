"""Dialling under the guard: resolve, check every address, connect to the very address that was checked.

The check sits in httpcore's network backend, below URL parsing, redirects and connection handling, so
that no spelling of a URL and no second DNS answer (rebinding) gets around it.
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx

from emblazon_origin.assets.guard import Address, GuardPolicy, check_address, check_host, parse_literal
from emblazon_origin.errors import AssetError

Resolve = Callable[[str, int], list[str]]  # host, port → addresses
Connect = Callable[[str, int, float], httpcore.NetworkStream]


class TooSlow(AssetError):
    """The fetch passed its deadline."""


class Deadline:
    """The time that is left for one whole fetch, redirects included."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left. Raises TooSlow when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TooSlow(f"not fetched within {max(0.0, self._seconds):.2g} s")
        return left


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver for the addresses of a host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AssetError(f"{host} does not resolve") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(address: str, port: int, timeout: float) -> httpcore.NetworkStream:
    """Open a TCP connection to an address."""
    return httpcore.SyncBackend().connect_tcp(address, port, timeout)


class GuardedBackend(httpcore.NetworkBackend):
    """Connects for one fetch."""

    def __init__(
        self, policy: GuardPolicy, deadline: Deadline, resolver: Resolve, connector: Connect
    ) -> None:
        self._policy = policy
        self._deadline = deadline
        self._resolve = resolver
        self._connect = connector

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Check and dial a host. Raises Refused, TooSlow, AssetError."""
        check_host(host, port, self._policy)
        addresses = self._addresses(host, port)
        for address in addresses:  # one bad address spoils the name: nobody mixes them in good faith
            check_address(address, self._policy.of_host(host))
        error: Exception = AssetError(f"{host} has no address")
        for address in addresses:
            try:
                stream = self._connect(str(address), port, self._deadline.left())
            except (httpcore.ConnectError, httpcore.ConnectTimeout, OSError) as failure:
                error = failure
                continue
            return _DeadlineStream(stream, self._deadline)
        raise AssetError(f"cannot connect to {host}: {error}") from error

    def _addresses(self, host: str, port: int) -> list[Address]:
        literal = parse_literal(host)
        if literal is not None:
            return [literal]
        if self._policy.is_local(host):  # no resolver need know `cards.localhost` (RFC 6761 §6.3)
            return [ipaddress.IPv4Address("127.0.0.1"), ipaddress.IPv6Address("::1")]
        return [ipaddress.ip_address(text) for text in _within(self._deadline, self._resolve, host, port)]


def _within(deadline: Deadline, resolver: Resolve, host: str, port: int) -> list[str]:
    """Resolve in a thread, since getaddrinfo knows no time-out."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(host, port))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left())
    except queue.Empty:
        deadline.left()
        raise TooSlow(f"{host} did not resolve in time") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


class _DeadlineStream(httpcore.NetworkStream):
    """A stream every read and write of which ends at the fetch's deadline: drip feeds do not reset it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class GuardedTransport(httpx.BaseTransport):
    """An httpx transport for one fetch, on a GuardedBackend; keeps no connection and asks no proxy."""

    def __init__(self, backend: GuardedBackend, ssl_context: ssl.SSLContext) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context, network_backend=backend, max_keepalive_connections=0, retries=0
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; redirects are the caller's business."""
        url = request.url
        core_request = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions={},
        )
        response = self._pool.handle_request(core_request)
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Any:
        return iter(self._response.iter_stream())

    def close(self) -> None:
        self._response.close()
