"""`ports.Origin` over HTTP, with httpx; and without a network, with the renderer in the same process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import httpx

from emblazon.contract.wire import HOP_BY_HOP
from emblazon.edge.messages import BytesBody, Headers, OriginResponse
from emblazon.edge.ports import OriginError

from ..server.connection import descriptors
from ..server.messages import HttpRequest, HttpResponse

MAX_ANSWER = 25 * 1024 * 1024


def max_connections() -> int:
    """Return how many connections to the origin there may be, of the descriptors that this process has."""
    return min(256, descriptors() // 4)


class HttpOrigin:
    """One origin by its base URL; connections are kept and never go through a proxy of the environment."""

    def __init__(
        self,
        base_url: str,
        *,
        max_bytes: int = MAX_ANSWER,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._max_bytes = max_bytes
        self._client = httpx.AsyncClient(
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # noqa: S113  # every fetch has a deadline of its own
            limits=httpx.Limits(
                max_connections=max_connections(),
                max_keepalive_connections=max_connections() // 4,
                keepalive_expiry=2.0,  # shorter than a server's: few requests meet a closed connection
            ),
            transport=transport,
        )
        own = {"Accept-Encoding": "identity", "User-Agent": "emblazon-edge"}
        self._client.headers = httpx.Headers(own)

    async def fetch(
        self, target: str, headers: Headers, *, deadline: float, method: str = "GET"
    ) -> OriginResponse:
        """See `ports.Origin`."""
        try:
            async with asyncio.timeout(deadline):
                return await self._attempt(method, target, headers)
        except TimeoutError as error:
            raise OriginError("timeout", f"no complete answer within {deadline:g} s") from error
        except httpx.ConnectError as error:
            raise OriginError("refused", str(error)) from error
        except (httpx.RemoteProtocolError, httpx.ReadError) as error:
            raise OriginError("truncated", str(error)) from error
        except httpx.HTTPError as error:
            raise OriginError("network", str(error)) from error

    async def _attempt(self, method: str, target: str, headers: Headers) -> OriginResponse:
        """A kept connection may be closed just as it is used: try once more (RFC 9110 §9.2.2)."""
        try:
            return await self._fetch(method, target, headers)
        except httpx.RemoteProtocolError as error:
            if "without sending a response" not in str(error):
                raise
        return await self._fetch(method, target, headers)

    async def _fetch(self, method: str, target: str, headers: Headers) -> OriginResponse:
        request = self._client.build_request(method, f"{self._base_url}{target}", headers=list(headers))
        request.url = httpx.URL(f"{self._base_url}/").copy_with(raw_path=target.encode("ascii"))
        response = await self._client.send(request, stream=True)
        try:
            data = bytearray()
            async for piece in response.aiter_raw():
                data += piece
                if len(data) > self._max_bytes:
                    raise OriginError("too-large", f"the answer is larger than {self._max_bytes} bytes")
        finally:
            await response.aclose()
        return OriginResponse(response.status_code, end_to_end(response.headers.raw), BytesBody(bytes(data)))

    async def close(self) -> None:
        """Close the kept connections."""
        await self._client.aclose()


def end_to_end(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return the fields of an answer that are for more than one connection (RFC 9110 §7.6.1)."""
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
    named = {
        option.strip().lower()
        for name, value in fields
        if name.lower() == "connection"
        for option in value.split(",")
    }
    return tuple((name, value) for name, value in fields if name.lower() not in HOP_BY_HOP | named)


class InProcessOrigin:
    """Asks `Origin.answer` of the origin's server directly."""

    def __init__(self, answer: Callable[[HttpRequest], Awaitable[HttpResponse]]) -> None:
        self._answer = answer

    async def fetch(
        self, target: str, headers: Headers, *, deadline: float, method: str = "GET"
    ) -> OriginResponse:
        """See `ports.Origin`."""
        fields = {name.lower(): value for name, value in headers}
        try:
            answer = await asyncio.wait_for(self._answer(HttpRequest(method, target, fields)), deadline)
        except TimeoutError as error:
            raise OriginError("timeout", f"no answer within {deadline:g} s") from error
        except Exception as error:
            raise OriginError("network", repr(error)) from error
        return OriginResponse(answer.status, tuple(answer.headers), BytesBody(answer.body))
