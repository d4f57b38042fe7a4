"""Bodies that stay in JavaScript: one ArrayBuffer, or a stream on its way."""

from __future__ import annotations

from collections.abc import Mapping

import js
from pyodide.ffi import to_js

from ..edge.messages import Body, BytesBody, Inspection
from .js import JsObject, absent, outside


class BufferBody:
    """A whole body: one ArrayBuffer that may have any number of readers, also in other requests."""

    __slots__ = ("buffer",)

    def __init__(self, buffer: JsObject) -> None:
        self.buffer = buffer

    @property
    def length(self) -> int:
        return int(self.buffer.byteLength)

    def tee(self) -> tuple[BufferBody, BufferBody]:
        return self, self

    async def inspect(self) -> Inspection:
        digest = await js.crypto.subtle.digest("SHA-256", self.buffer)
        return Inspection(self.length, digest.to_bytes(), self.buffer.slice(0, 32).to_bytes())

    async def slice(self, start: int, stop: int) -> BufferBody:
        return BufferBody(self.buffer.slice(start, stop))

    async def read(self) -> bytes:
        data: bytes = self.buffer.to_bytes()
        return data


class StreamBody:
    """A body on its way: a ReadableStream, used once."""

    __slots__ = ("_length", "stream")

    def __init__(self, stream: JsObject, length: int | None = None) -> None:
        self.stream = stream
        self._length = length

    @property
    def length(self) -> int | None:
        return self._length

    def tee(self) -> tuple[StreamBody, StreamBody]:
        first, second = self.stream.tee()
        return StreamBody(first, self._length), StreamBody(second, self._length)

    async def whole(self) -> BufferBody:
        """Collect the stream into one ArrayBuffer."""
        async with outside("stream"):
            return BufferBody(await js.Response.new(self.stream).arrayBuffer())

    async def inspect(self) -> Inspection:
        return await (await self.whole()).inspect()

    async def slice(self, start: int, stop: int) -> BufferBody:
        return await (await self.whole()).slice(start, stop)

    async def read(self) -> bytes:
        return await (await self.whole()).read()


def to_js_body(body: Body | None) -> JsObject:
    """Return what `Response`, `cache.put` and `KV.put` take; only Python's own bytes are copied."""
    if body is None:
        return None
    if isinstance(body, StreamBody):
        return body.stream
    if isinstance(body, BufferBody):
        return body.buffer
    if isinstance(body, BytesBody):
        return to_js(body.data)
    raise TypeError(f"{type(body).__name__} is not a body of this runtime")


def body_of(message: JsObject, headers: Mapping[str, str]) -> StreamBody | BytesBody:
    """Return the body of a JS Request or Response."""
    stream = message.body
    if absent(stream):
        return BytesBody(b"")
    length = headers.get("content-length", "")
    return StreamBody(stream, int(length) if length.isdecimal() else None)
