"""Asks any HTTP/1.1 origin, over h11 itself: clients above it hide interim answers (RFC 9110 §15.2)."""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

import h11

from emblazon.edge.messages import BytesBody, Headers, OriginResponse
from emblazon.edge.ports import OriginError

from ..origin_ports import MAX_ANSWER, end_to_end
from .proxy import Early

MOST_EARLY = 16  # interim answers to one request
PIECE = 64 * 1024
MAX_HEAD = 100 * 1024  # bytes of an answer's fields


class Forwarder:
    """One origin by its base URL; each request has a connection of its own, and carries no fields of ours."""

    def __init__(self, base_url: str, *, max_bytes: int = MAX_ANSWER) -> None:
        url = urlsplit(base_url)
        self._tls = ssl.create_default_context() if url.scheme == "https" else None
        self._address = (url.hostname or "", url.port or (443 if self._tls else 80))
        self._host = url.netloc.rpartition("@")[2]
        self._path = url.path.rstrip("/")
        self._max_bytes = max_bytes

    async def fetch(
        self,
        target: str,
        headers: Headers,
        *,
        deadline: float,
        method: str = "GET",
        content: bytes = b"",
        early: Early,
    ) -> OriginResponse:
        """Return the final answer; `early` gets each interim one as it comes. Raises OriginError."""
        try:
            async with asyncio.timeout(deadline):
                return await self._fetch(self._request(method, target, headers, content), content, early)
        except TimeoutError as error:
            raise OriginError("timeout", f"no complete answer within {deadline:g} s") from error
        except (h11.RemoteProtocolError, OSError) as error:
            raise OriginError("truncated", str(error)) from error
        except h11.LocalProtocolError as error:
            raise OriginError("network", str(error)) from error

    def _request(self, method: str, target: str, headers: Headers, content: bytes) -> h11.Request:
        fields = [("Host", self._host), ("Connection", "close"), *headers]
        if content:
            fields.append(("Content-Length", str(len(content))))
        return h11.Request(
            method=method,
            target=f"{self._path}{target}",
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields],
        )

    async def _fetch(self, request: h11.Request, content: bytes, early: Early) -> OriginResponse:
        try:
            reader, writer = await asyncio.open_connection(*self._address, ssl=self._tls)
        except OSError as error:
            raise OriginError("refused", str(error)) from error
        wire = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
        try:
            for event in (request, h11.Data(data=content), h11.EndOfMessage()):
                writer.write(wire.send(event) or b"")
            await writer.drain()
            return await self._answer(wire, reader, early)
        finally:
            writer.close()

    async def _answer(
        self, wire: h11.Connection, reader: asyncio.StreamReader, early: Early
    ) -> OriginResponse:
        head: h11.Response | None = None
        data = bytearray()
        interim = 0
        while True:
            event = wire.next_event()
            if event is h11.NEED_DATA:
                wire.receive_data(await reader.read(PIECE))
            elif isinstance(event, h11.InformationalResponse):
                interim += 1
                if interim > MOST_EARLY:
                    raise OriginError("network", f"more than {MOST_EARLY} interim answers")
                if event.status_code > 101:  # those below are between us and the origin
                    early(event.status_code, end_to_end(event.headers.raw_items()))
            elif isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                data += event.data
                if len(data) > self._max_bytes:
                    raise OriginError("too-large", f"the answer is larger than {self._max_bytes} bytes")
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                fields = end_to_end(head.headers.raw_items())
                return OriginResponse(head.status_code, fields, BytesBody(bytes(data)))
            else:
                raise OriginError("truncated", "the connection was closed without an answer")
