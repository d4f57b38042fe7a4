"""The origin, reached with the runtime's `fetch`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import js
from pyodide.ffi import JsException, to_js

from ..contract.wire import SHARED
from ..edge.messages import Headers, OriginResponse
from ..edge.ports import OriginError, OriginFailure
from .js import BufferBody, JsObject, absent, describe, from_js_headers, js_object, to_js_headers

MAX_ANSWER = 25 * 1024 * 1024  # bytes; KV takes no more
BREATH = 64  # pieces that are there already are read without a turn for timers, such as that of the deadline


class FetchOrigin:
    """Asks the origin at `base_url` and collects whole answers without bringing their bytes into Python."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def fetch(
        self, target: str, headers: Headers, *, deadline: float, method: str = "GET"
    ) -> OriginResponse:
        """See `ports.Origin`; the zone's cache, which would keep cards that no purge reaches, stays out."""
        return await self._within(deadline, target, headers, method, {"cacheTtl": -1})

    async def fetch_shared(
        self, target: str, headers: Headers, *, deadline: float, key: str, tags: Sequence[str]
    ) -> OriginResponse:
        """See `ports.RegionalTier`: the zone's tiered cache, for as long as the origin's own fields say.

        Cards are told apart by their URL there, so that the key is a parameter of it.
        """
        shared = f"{target}{'&' if '?' in target else '?'}{SHARED}={key}"
        cf = {"cacheEverything": True, "cacheTags": list(tags)}
        return await self._within(deadline, shared, headers, "GET", cf)

    async def _within(
        self, deadline: float, target: str, headers: Headers, method: str, cf: Mapping[str, object]
    ) -> OriginResponse:
        abort = js.AbortController.new()
        try:
            async with asyncio.timeout(deadline):
                return await self._ask(target, headers, method, abort.signal, cf)
        except TimeoutError:
            raise OriginError("timeout", f"no complete answer within {deadline:g} s") from None
        finally:
            abort.abort()  # closes the connection of an answer that nobody reads to its end

    async def _ask(
        self, target: str, headers: Headers, method: str, signal: JsObject, cf: Mapping[str, object]
    ) -> OriginResponse:
        options = {
            "method": method,
            "headers": to_js_headers(headers),
            "redirect": "manual",
            "signal": signal,
            "cf": cf,
        }
        try:
            response = await js.fetch(self._base_url + target, js_object(options))
        except JsException as error:
            raise OriginError(_failure(error), describe(error)) from None
        fields = from_js_headers(response.headers)
        body = BufferBody(js.ArrayBuffer.new(0)) if method == "HEAD" else await _collect(response, fields)
        return OriginResponse(int(response.status), tuple(fields.items()), body)


def _failure(error: Exception) -> OriginFailure:
    """Name the failure by the runtime's message; workerd has no error codes."""
    message = describe(error).lower()
    if "refused" in message:
        return "refused"
    return "timeout" if "timeout" in message or "timed out" in message else "network"


async def _collect(response: JsObject, fields: dict[str, str]) -> BufferBody:
    """Read an answer to its end and check that all of it came."""
    expected = _content_length(fields)
    if expected is not None and expected > MAX_ANSWER:
        raise OriginError("too-large", f"Content-Length {expected}")
    try:
        body = BufferBody(await response.arrayBuffer() if expected is not None else await _gather(response))
    except JsException as error:
        raise OriginError("truncated", describe(error)) from None
    if expected is not None and body.length != expected:
        raise OriginError("truncated", f"{body.length} bytes of {expected}")
    return body


def _content_length(fields: dict[str, str]) -> int | None:
    """Bytes to come; None where the answer does not say or where `fetch` has decompressed it."""
    length = fields.get("content-length", "")
    return int(length) if length.isdecimal() and "content-encoding" not in fields else None


async def _gather(response: JsObject) -> JsObject:
    """Join the chunks of a body of unknown length into one ArrayBuffer, up to the limit."""
    if absent(response.body):
        return js.ArrayBuffer.new(0)
    reader = response.body.getReader()
    chunks: list[JsObject] = []
    total = 0
    while not (step := await reader.read()).done:
        total += int(step.value.byteLength)
        if len(chunks) % BREATH == BREATH - 1:
            await asyncio.sleep(0)
        if total > MAX_ANSWER:
            raise OriginError("too-large", f"more than {MAX_ANSWER} bytes")
        chunks.append(step.value)
    return await js.Blob.new(to_js(chunks)).arrayBuffer()
