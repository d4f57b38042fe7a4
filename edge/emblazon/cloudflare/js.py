"""Crossing between Python and JavaScript, alike on both Worker runtimes; and bodies that stay in JavaScript.

The pinned local runtime is Pyodide 0.26 on Python 3.12, the current one Pyodide 314 on Python 3.14. Only
raw JS objects are used here: the current SDK's wrappers check and copy every byte that goes through them.
No JS object is kept at module level, since a module's state goes into the memory snapshot that isolates
start from.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import js
from pyodide.ffi import JsException, JsProxy, create_once_callable, create_proxy, to_js

from ..edge.messages import Body, BytesBody, Headers, Inspection
from ..edge.ports import PortError, Throttled

try:
    from pyodide.ffi import jsnull
except ImportError:  # Pyodide 0.26 hands JS null over as None
    jsnull = None

JsObject = Any  # what pyodide gives for a JS value; it has no types of its own


def absent(value: JsObject) -> bool:
    """Tell whether a JS value is null or undefined."""
    return value is None or value is jsnull


def js_object(fields: Mapping[str, Any]) -> JsObject:
    """Make a plain JS object, nested mappings and lists included."""
    return to_js(dict(fields), dict_converter=js.Object.fromEntries)


def handler_of(answer: Callable[[JsObject, JsObject, JsObject], Awaitable[JsObject]]) -> JsObject:
    """Return what the pinned runtime may call in place of a Python function, under the name that it uses.

    Of a function it makes a proxy anew for each request, and looks at the signature in Python.
    """
    return js_object({"callRelaxed": create_proxy(answer)})


def raw_environment(env: JsObject) -> JsObject:
    """Return the JS environment; of the SDK's wrapper what is inside, else the SDK's public way to it."""
    if isinstance(env, JsProxy):
        return env
    inside = getattr(env, "_env", None)
    if inside is not None:
        return inside
    from workers import import_from_javascript

    return import_from_javascript("cloudflare:workers").env


def text_of(value: JsObject) -> str:
    """Return a text as it is and any other JS value as JSON; "" for null and undefined."""
    if isinstance(value, str):
        return value
    return "" if absent(value) else str(js.JSON.stringify(value))


def from_js_headers(headers: JsObject) -> dict[str, str]:
    """Return a JS `Headers` as a dict: lower-case names, repeated fields joined with ", "."""
    fields: dict[str, str] = json.loads(js.JSON.stringify(js.Object.fromEntries(headers.entries())))
    return fields


def to_js_headers(headers: Headers) -> JsObject:
    """Make a JS `Headers`; characters that no header can carry become question marks."""
    pairs = [[name, value.encode("latin-1", "replace").decode("latin-1")] for name, value in headers]
    return js.Headers.new(js.JSON.parse(json.dumps(pairs)))  # one crossing in place of one for each field


def promise(work: Awaitable[None]) -> JsObject:
    """Make a JS promise that settles when `work` has ended.

    A Python task awaits the work, for pyodide frees a coroutine that is handed to JS as soon as the call
    returns. The promise never rejects: what `work` raises is logged.
    """

    async def run(resolve: JsObject) -> None:
        try:
            await work
        except (
            Exception
        ) as error:  # the last stop: an unhandled rejection would only be a line without a name
            js.console.error(
                json.dumps({"level": "error", "event": "background.failed", "error": repr(error)})
            )
        finally:
            resolve()

    def start(resolve: JsObject, reject: JsObject) -> None:
        tasks.append(asyncio.ensure_future(run(resolve)))

    tasks: list[asyncio.Future[None]] = []
    made = js.Promise.new(create_once_callable(start))
    _keep(tasks)
    return made


_running: set[Any] = set()


def _keep(tasks: list[Any]) -> None:
    """Hold tasks until they are done: the event loop has only weak references to them."""
    for task in tasks:
        _running.add(task)
        task.add_done_callback(_running.discard)


@asynccontextmanager
async def outside(what: str) -> AsyncIterator[None]:
    """Turn a JS exception into the PortError that the core expects of `what`."""
    try:
        yield
    except JsException as error:
        message = f"{what}: {describe(error)}"
        raise (Throttled if "429" in message else PortError)(message) from None


def verified_bot(request: JsObject) -> bool | None:
    """Whether the platform vouches for the crawler that asks; None where it does not say."""
    facts = getattr(request, "cf", None)
    if absent(facts):
        return None
    management = getattr(facts, "botManagement", None)
    vouched = None if absent(management) else getattr(management, "verifiedBot", None)
    category = getattr(facts, "verifiedBotCategory", None)  # on every plan; "" for who is none
    return vouched if isinstance(vouched, bool) else bool(category) if isinstance(category, str) else None


def describe(error: Exception) -> str:
    """Return a JS exception's name and message on one line."""
    name = getattr(error, "name", "") or type(error).__name__
    message = getattr(error, "message", None) or str(error)
    return f"{name}: {message}".splitlines()[0][:300]


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
