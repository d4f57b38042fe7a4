"""Frames between the service and its render processes: a JSON header and a binary body.

    4 bytes  length of the header, big-endian
    4 bytes  length of the body
    header   JSON object
    body     image bytes, passed through untouched

JSON instead of pickle: a render process that decodes hostile images must not be able to make the
service run code.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import Any, cast

import orjson

PREFIX = struct.Struct("!II")
MAX_HEADER = 16 * 1024 * 1024
MAX_BODY = 256 * 1024 * 1024
_USUAL = 512 * 1024  # bytes of a frame that need no memory of its own: fresh pages cost more than reading

Header = dict[str, Any]


class ChannelClosed(ConnectionError):
    """The other end is gone: it exited, crashed or was killed."""


def pack(header: Header, body: bytes = b"") -> bytes:
    """Return the frame of a header and a body."""
    head = orjson.dumps(header)
    return b"".join((PREFIX.pack(len(head), len(body)), head, body))


def _lengths(prefix: bytes | memoryview) -> tuple[int, int]:
    head, body = PREFIX.unpack(prefix)
    if head > MAX_HEADER or body > MAX_BODY:
        raise ChannelClosed(f"frame of {head} + {body} bytes is over the limit")
    return head, body


def send(sock: socket.socket, header: Header, body: bytes = b"") -> None:
    """Send one frame; blocks."""
    sock.sendall(pack(header, body))


def receive(sock: socket.socket) -> tuple[Header, bytes]:
    """Receive one frame; blocks. Raises ChannelClosed at end of file."""
    head, body = _lengths(_read(sock, PREFIX.size))
    return orjson.loads(_read(sock, head)), _read(sock, body)


def _read(sock: socket.socket, length: int) -> bytes:
    buffer = bytearray(length)
    view = memoryview(buffer)
    while view:
        count = sock.recv_into(view)
        if not count:
            raise ChannelClosed("end of file")
        view = view[count:]
    return bytes(buffer)


class Channel(asyncio.BufferedProtocol):
    """The service's end of a socket pair, on asyncio: frames are read into one buffer, and copied once.

    While a frame waits to be fetched no other is read, so that nobody can send more than is asked for.
    """

    def __init__(self) -> None:
        self._transport = cast(asyncio.Transport, None)  # until there is a connection
        self._usual = self._buffer = bytearray(_USUAL)
        self._read, self._wanted = 0, PREFIX.size  # of a prefix, else of a header with its body
        self._head: int | None = None  # length of the header that is being read
        self._frame: tuple[Header, bytes] | None = None
        self._waiter: asyncio.Future[tuple[Header, bytes]] | None = None
        self._lost = ""

    @classmethod
    async def open(cls, sock: socket.socket) -> Channel:
        """Take over a connected socket."""
        sock.setblocking(False)
        _, channel = await asyncio.get_running_loop().create_connection(cls, sock=sock)
        return channel

    def send(self, header: Header) -> None:
        """Send a frame without a body. Raises ChannelClosed when the other end is gone."""
        if self._lost or self._transport.is_closing():
            raise ChannelClosed(self._lost or "closed")
        self._transport.write(pack(header))

    async def receive(self) -> tuple[Header, bytes]:
        """Receive one frame. Raises ChannelClosed when the other end is gone, or sends no frames."""
        if self._frame is not None:
            frame, self._frame = self._frame, None
            if not self._transport.is_closing():
                self._transport.resume_reading()
            return frame
        if self._lost:
            raise ChannelClosed(self._lost)
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            return await self._waiter
        finally:
            self._waiter = None

    def at_eof(self) -> bool:
        """Return whether the other end is known to be gone."""
        return bool(self._lost) and self._frame is None

    def close(self) -> None:
        """Close at once; the process at the other end exits."""
        self._transport.close()

    # -- what the loop calls -------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where to write."""
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the rest of what is being read goes."""
        return memoryview(self._buffer)[self._read : self._wanted]

    def buffer_updated(self, nbytes: int) -> None:
        """Go on to the header and body after a prefix, hand them over when they are whole."""
        self._read += nbytes
        try:
            while self._read == self._wanted:
                view = memoryview(self._buffer)[: self._wanted]
                self._read = 0
                if self._head is None:
                    self._head, body = _lengths(view)
                    self._wanted = self._head + body
                    if self._wanted > _USUAL:
                        self._buffer = bytearray(self._wanted)
                else:
                    frame = orjson.loads(view[: self._head]), bytes(view[self._head :])
                    self._buffer, self._wanted, self._head = self._usual, PREFIX.size, None
                    self._deliver(frame)
        except (ChannelClosed, orjson.JSONDecodeError) as error:
            self._lose(str(error))
            self._transport.abort()

    def eof_received(self) -> None:
        """Note that the other end is gone."""
        self._lose("end of file")

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        self._lose(str(exc or "closed"))

    def _deliver(self, frame: tuple[Header, bytes]) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(frame)
        else:
            self._frame = frame
            self._transport.pause_reading()

    def _lose(self, reason: str) -> None:
        self._lost = self._lost or reason
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(ChannelClosed(self._lost))
