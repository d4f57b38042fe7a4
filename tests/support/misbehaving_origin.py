"""An origin on a real socket that draws right cards until a test tells it to do something wrong.

It runs in a thread of its own, speaks HTTP by hand (an HTTP library would not send a wrong length), and
counts what reaches it.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import threading
from base64 import b64encode
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image
from ports import free_port

from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.schema import CONTENT_TYPES, Format, Manifest, ParamSpec, TemplateSpec

Behaviour = Literal[
    "draw",
    "hang",  # accept and never answer
    "drip",  # one byte every 100 ms
    "truncate",  # close in the middle of the body
    "chunked-truncate",  # the same without a Content-Length
    "flood",  # 60 MB in small chunks, as fast as they are taken
    "short-length",  # Content-Length smaller than the image
    "wrong-digest",
    "html",  # 200 with an error page
    "wrong-bytes",  # 200 image/png with something else inside
    "empty",
    "reset",  # close before any answer
    "500",
    "502",
    "503",
    "504",
    "redirect",
    "refuse-card",  # 400 with a problem JSON
]

LIFE = "max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
STALE_AT_ONCE = "max-age=0, stale-while-revalidate=3600, stale-if-error=7200"
EXPIRED_AT_ONCE = "max-age=0, stale-while-revalidate=0, stale-if-error=7200"


@dataclass(frozen=True)
class Asked:
    """One request as it reached the origin."""

    method: str
    target: str
    headers: dict[str, str]


@dataclass
class MisbehavingOrigin:
    """Start it, script it, read what it was asked, stop it. All methods are for the test's thread."""

    manifest: Manifest = field(default_factory=lambda: origin_manifest())
    behaviour: Behaviour = "draw"
    life: str = LIFE
    seconds: float = 0.0  # that a render takes
    extra: dict[str, str] = field(default_factory=dict)
    nature: str = ""  # X-Emblazon-Picture: then equal targets are equal pictures, quick until given time
    asked: list[Asked] = field(default_factory=list)
    port: int = field(default_factory=free_port)  # no other process takes it while this one refuses

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="origin", daemon=True)
        self._thread.start()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Event()
        self._gate.set()
        self.listen()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def renders(self, containing: str = "") -> list[Asked]:
        """Requests for cards, those whose target has `containing` in it."""
        return [
            asked
            for asked in self.asked
            if asked.target.startswith("/render/") and containing in asked.target
        ]

    def reset(self) -> None:
        """Be a good origin again and forget what was asked."""
        self.listen()
        self.behaviour, self.life, self.seconds, self.extra, self.nature = "draw", LIFE, 0.0, {}, ""
        self.asked.clear()
        self.release()

    def listen(self) -> None:
        """Take connections again, on the same port."""
        if self._server is None:
            self._call(self._listen())

    def refuse(self) -> None:
        """Refuse connections, as a machine does whose service is down, and drop open ones."""
        self._call(self._refuse())

    def close(self) -> None:
        """Stop for good."""
        self._call(self._refuse())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def hold(self) -> None:
        """Let no render finish until `release`."""
        self._gate.clear()

    def release(self) -> None:
        """Let held renders finish."""
        self._loop.call_soon_threadsafe(self._gate.set)

    def _call(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        fields = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
        self.asked.append(Asked(method, target, {name.lower(): value for name, value in fields.items()}))
        if target == "/manifest.json":
            data = manifest_to_json(self.manifest)
            writer.write(
                _answer(200, {"Content-Type": "application/json", "Content-Length": str(len(data))}) + data
            )
        elif target.startswith("/render/"):
            await self._render(target, writer, self.asked[-1].headers)
        else:
            writer.write(_answer(404, {"Content-Length": "0"}))
        await writer.drain()

    async def _render(self, target: str, writer: asyncio.StreamWriter, asked: dict[str, str]) -> None:
        behaviour = self.behaviour
        number = len(self.renders())
        await self._gate.wait()
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if behaviour == "hang":
            await asyncio.sleep(3600)
        if behaviour == "reset":
            return
        head, body = self._card(target, 0 if self.nature else number)
        if self.nature:
            head, body = self._by_nature(head, body, "prefer" in asked)
            if asked.get("if-none-match") == head["ETag"]:
                writer.write(_answer(304, head | {"Content-Length": "0"}))
                return
        for part in SPOILED[behaviour](head, body):
            writer.write(part)
            await writer.drain()
            if behaviour == "drip":
                await asyncio.sleep(0.1)

    def _by_nature(self, head: dict[str, str], body: bytes, patient: bool) -> tuple[dict[str, str], bytes]:
        """The small encoding for who waits; else one that is larger where it is quick."""
        words = [word for word in self.nature.split(", ") if word != "quick" or not patient]
        if "quick" in words:
            body += b"large"
            digest = b64encode(hashlib.sha256(body).digest()).decode()
            head |= {"Content-Length": str(len(body)), "Repr-Digest": f"sha-256=:{digest}:"}
            head["CDN-Cache-Control"] = self.life.replace("max-age=300", "max-age=10")
        head["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return head | {"X-Emblazon-Picture": ", ".join(words) or "final"}, body

    def _card(self, target: str, number: int) -> tuple[dict[str, str], bytes]:
        data = picture(target, number)
        digest = b64encode(hashlib.sha256(data).digest()).decode()
        head = {
            "Content-Type": CONTENT_TYPES[format_of(target)],
            "Content-Length": str(len(data)),
            "CDN-Cache-Control": self.life,
            "Repr-Digest": f"sha-256=:{digest}:",
            "Server-Timing": "paint;dur=3.2",
            **self.extra,
        }
        return head, data


def format_of(target: str) -> Format:
    """Return what this origin draws for a URL: a JPEG where the picture may decide."""
    extension = target.partition("?")[0].rpartition(".")[2]
    return "jpg" if extension == "auto-safe" else next(name for name in CONTENT_TYPES if name == extension)


def picture(target: str, number: int) -> bytes:
    """Draw a plain card of the default size; every target and every `number` gives other bytes."""
    image_format = format_of(target)
    red, green, blue = hashlib.sha256(f"{target} {number}".encode()).digest()[:3]
    image = Image.new("RGB", (1200, 630), (red, green, blue))
    out = io.BytesIO()
    image.save(out, {"jpg": "jpeg"}.get(image_format, image_format))
    return out.getvalue()


Parts = Iterable[bytes]


def _draw(head: dict[str, str], body: bytes) -> Parts:
    return [_answer(200, head), body]


def _drip(head: dict[str, str], body: bytes) -> Parts:
    return [_answer(200, head), *(body[index : index + 1] for index in range(len(body)))]


def _truncate(head: dict[str, str], body: bytes) -> Parts:
    return [_answer(200, head), body[: len(body) // 2]]


def _chunked_truncate(head: dict[str, str], body: bytes) -> Parts:
    del head["Content-Length"]
    half = body[: len(body) // 2]
    return [_answer(200, head | {"Transfer-Encoding": "chunked"}), b"%x\r\n" % len(body) + half]


def _flood(head: dict[str, str], body: bytes) -> Parts:
    del head["Content-Length"]
    yield _answer(200, head | {"Transfer-Encoding": "chunked"})
    for _ in range(60):
        yield (b"400\r\n" + bytes(1024) + b"\r\n") * 1024
    yield b"0\r\n\r\n"


def _short_length(head: dict[str, str], body: bytes) -> Parts:
    return [_answer(200, head | {"Content-Length": str(len(body) - 7)}), body[:-7]]


def _wrong_digest(head: dict[str, str], body: bytes) -> Parts:
    other = b64encode(hashlib.sha256(b"other").digest()).decode()
    return [_answer(200, head | {"Repr-Digest": f"sha-256=:{other}:"}), body]


def _html(head: dict[str, str], body: bytes) -> Parts:
    page = b"<html><title>Gateway time-out</title></html>"
    return [_answer(200, {"Content-Type": "text/html", "Content-Length": str(len(page))}), page]


def _wrong_bytes(head: dict[str, str], body: bytes) -> Parts:
    data = b"GIF89a" + b"\0" * 64
    del head["Repr-Digest"]
    return [_answer(200, head | {"Content-Length": str(len(data))}), data]


def _empty(head: dict[str, str], body: bytes) -> Parts:
    del head["Repr-Digest"]
    return [_answer(200, head | {"Content-Length": "0"})]


def _redirect(head: dict[str, str], body: bytes) -> Parts:
    return [_answer(302, {"Location": "http://127.0.0.1:1/", "Content-Length": "0"})]


def _refuse_card(head: dict[str, str], body: bytes) -> Parts:
    problem = b'{"title":"The card cannot be drawn as given","status":400,"detail":"too much text"}'
    return [
        _answer(400, {"Content-Type": "application/problem+json", "Content-Length": str(len(problem))}),
        problem,
    ]


def _status(status: int) -> Callable[[dict[str, str], bytes], Parts]:
    def answer(head: dict[str, str], body: bytes) -> Parts:
        return [_answer(status, {"Content-Type": "text/plain", "Content-Length": "4"}), b"down"]

    return answer


SPOILED: dict[Behaviour, Callable[[dict[str, str], bytes], Parts]] = {
    "draw": _draw,
    "drip": _drip,
    "truncate": _truncate,
    "chunked-truncate": _chunked_truncate,
    "flood": _flood,
    "short-length": _short_length,
    "wrong-digest": _wrong_digest,
    "html": _html,
    "wrong-bytes": _wrong_bytes,
    "empty": _empty,
    "500": _status(500),
    "502": _status(502),
    "503": _status(503),
    "504": _status(504),
    "redirect": _redirect,
    "refuse-card": _refuse_card,
}


def _answer(status: int, head: dict[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} X",
        *(f"{name}: {value}" for name, value in head.items()),
        "Connection: close",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def origin_manifest(version: str = "a1" * 16) -> Manifest:
    """Two templates: `article` (title required, tagged news) and `plain`."""
    params = {
        "title": ParamSpec("title", required=True),
        "theme": ParamSpec("theme", type="choice", choices=("light", "dark"), default="light"),
    }
    article = TemplateSpec(
        "article", version, params, tags=("news",), variants=("night",), alt="Card: {title}"
    )
    return Manifest(
        "test-1",
        {"article": article, "plain": TemplateSpec("plain", "b2" * 16, {"title": ParamSpec("title")})},
    )
