"""An origin that answers every card at once with the same picture, and a client that asks again and again."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import urlsplit

from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.schema import Manifest, ParamSpec, TemplateSpec

SIZE = 40_000  # bytes of a card, as a small encoding has
LIFE = "max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
CONNECTIONS = 4


def _picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(SIZE)  # noqa: S311 - bytes that do not compress


def _head(status: str, fields: dict[str, str]) -> bytes:
    return (f"HTTP/1.1 {status}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n").encode()


async def start_origin() -> tuple[asyncio.Server, str]:
    """Listen on a free port; returns the server and its address."""
    picture = _picture()
    digest = hashlib.sha256(picture)
    manifest = manifest_to_json(
        Manifest("bench", {"article": TemplateSpec("article", "a1" * 16, {"title": ParamSpec("title")})})
    )
    card = {
        "Content-Type": "image/png",
        "Content-Length": str(len(picture)),
        "CDN-Cache-Control": LIFE,
        "ETag": f'"{digest.hexdigest()[:32]}"',
        "Repr-Digest": f"sha-256=:{b64encode(digest.digest()).decode()}:",
        "X-Emblazon-Picture": "final",
    }
    answers = {
        "/manifest.json": _head(
            "200 OK", {"Content-Type": "application/json", "Content-Length": str(len(manifest))}
        )
        + manifest,
    }

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                line = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
                other = _head("404 Not Found", {"Content-Length": "0"})
                drawn = _head("200 OK", card) + picture if ".png" in line else other
                writer.write(answers.get(line, drawn))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@dataclass(frozen=True)
class Round:
    """What came back in one round."""

    requests: int
    seconds: float


class Client:
    """Asks one server for one path over a few kept connections."""

    def __init__(self, base_url: str, path: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._question = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: bench\r\n\r\n".encode()

    async def ask(self) -> dict[str, str]:
        """Ask once; returns the header fields, names in lower case."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        fields = await self._exchange(reader, writer)
        writer.close()
        return fields

    async def run(self, seconds: float) -> Round:
        """Ask as often as answers come."""
        began = time.perf_counter()
        counts = await asyncio.gather(*(self._connection(began + seconds) for _ in range(CONNECTIONS)))
        return Round(sum(counts), time.perf_counter() - began)

    async def _connection(self, until: float) -> int:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        done = 0
        while time.perf_counter() < until:
            fields = await self._exchange(reader, writer)
            if "hit" not in fields["cache-status"]:
                raise RuntimeError(f"not a hit: {fields['cache-status']}")
            done += 1
        writer.close()
        return done

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> dict[str, str]:
        writer.write(self._question)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        if " 200 " not in head[0]:
            raise RuntimeError(f"{head[0]} {fields}")
        if "content-length" in fields:
            await reader.readexactly(int(fields["content-length"]))
        else:
            await _chunks(reader)
        return fields


async def _chunks(reader: asyncio.StreamReader) -> None:
    while size := int((await reader.readuntil(b"\r\n")).strip() or b"0", 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)
