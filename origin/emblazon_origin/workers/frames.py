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
from typing import Any

import orjson

PREFIX = struct.Struct("!II")
MAX_HEADER = 16 * 1024 * 1024
MAX_BODY = 256 * 1024 * 1024

Header = dict[str, Any]


class ChannelClosed(ConnectionError):
    """The other end is gone: it exited, crashed or was killed."""


def pack(header: Header, body: bytes = b"") -> bytes:
    """Return the frame of a header and a body."""
    head = orjson.dumps(header)
    return b"".join((PREFIX.pack(len(head), len(body)), head, body))


def _lengths(prefix: bytes) -> tuple[int, int]:
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


class Channel:
    """The service's end of a socket pair, on asyncio."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, sock: socket.socket) -> Channel:
        """Take over a connected socket."""
        sock.setblocking(False)
        return cls(*await asyncio.open_connection(sock=sock, limit=1024 * 1024))

    async def send(self, header: Header, body: bytes = b"") -> None:
        """Send one frame. Raises ChannelClosed when the other end is gone."""
        try:
            self._writer.write(pack(header, body))
            await self._writer.drain()
        except (ConnectionError, RuntimeError) as error:
            raise ChannelClosed(str(error)) from error

    async def receive(self) -> tuple[Header, bytes]:
        """Receive one frame. Raises ChannelClosed when the other end is gone."""
        try:
            head, body = _lengths(await self._reader.readexactly(PREFIX.size))
            header = orjson.loads(await self._reader.readexactly(head))
            return header, await self._reader.readexactly(body) if body else b""
        except (ConnectionError, asyncio.IncompleteReadError, orjson.JSONDecodeError) as error:
            raise ChannelClosed(str(error)) from error

    def at_eof(self) -> bool:
        """Return whether the other end is known to be gone."""
        return self._reader.at_eof()

    def close(self) -> None:
        """Close at once; the process at the other end exits."""
        self._writer.close()
