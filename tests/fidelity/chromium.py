"""Debian's Chromium as the reference: HTML files to pictures, over the DevTools protocol.

It is the headless shell under the distribution's own fontconfig rules and without hints, as Playwright and
Puppeteer run it: advances are fractional, glyphs lie at quarters of a pixel. At one device px per px the
vendored fonts come as web fonts, since the rules hint installed ones there (and the full browser takes no
notice of the flag); on finer screens nothing is hinted, and they are installed.
"""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from .fonts import VENDOR, web_faces

EXECUTABLE = "chromium-headless-shell"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--font-render-hinting=none", "--remote-debugging-port=0",
    "--disable-extensions", "--force-color-profile=srgb",
)  # fmt: skip
STOCK_RULES = Path("/etc/fonts/conf.d")
# fontconfig sees the vendored fonts and no other, with the generic families of fonts.toml.
FONT_ALIASES = {
    "sans-serif": "Inter", "serif": "Source Serif 4", "monospace": "JetBrains Mono",
    **{f"Noto Sans {place}": f"Noto Sans CJK {place}" for place in ("JP", "KR", "SC", "TC", "HK")},
}  # fmt: skip
MAX_SHOTS = 6
PATIENCE = 120  # seconds for one answer of the browser
FACES = "for (const f of %s) document.fonts.add(new FontFace(f.family, f.source, f));"
READY = """
document.fonts.ready.then(() => Promise.all([...document.images].map(image => image.decode().catch(() => 0))))
"""


class ChromiumMissing(RuntimeError):
    """No Chromium on PATH, or not Debian's rules; `make test` installs it from Debian's packages."""


def write_fontconfig(folder: Path) -> Path:
    """Write a fontconfig of the vendored fonts under the distribution's rules and return its path."""
    if not STOCK_RULES.is_dir():
        raise ChromiumMissing(f"{STOCK_RULES} is missing; Debian's fontconfig-config brings it.")
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><prefer><family>{target}</family></prefer></alias>'
        for name, target in FONT_ALIASES.items()
    )
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{VENDOR}</dir><cachedir>{folder / 'cache'}</cachedir>{aliases}"
        f"<include>{STOCK_RULES}</include></fontconfig>"
    )
    return path


class Browser:
    """One headless Chromium with one page, driven in sequence."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._session = ""
        self._loaded = asyncio.Event()
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def read(self) -> None:
        """Dispatch answers and events until the socket closes."""
        async for message in self._socket:
            data = message.json()
            if "id" in data:
                future = self._answers.pop(data["id"], None)
                if future is not None and not future.done():
                    future.set_result(data)
            elif data.get("method") == "Page.loadEventFired":
                self._loaded.set()

    async def call(self, method: str, **params: object) -> dict[str, Any]:
        """Call one DevTools method and return its result; raises RuntimeError with Chromium's message."""
        number = next(self._ids)
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        await self._socket.send_json(message)
        answer = await asyncio.wait_for(future, PATIENCE)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    async def open_page(self, *, web_fonts: bool) -> None:
        """Open the page that later calls speak to; `web_fonts` brings the vendored fonts along."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await self.call("Page.enable")
        if web_fonts:
            await self.call("Page.addScriptToEvaluateOnNewDocument", source=FACES % json.dumps(web_faces()))

    async def load(self, url: str, width: int, height: int) -> None:
        """Load a URL in a viewport of CSS px and wait for its fonts and images."""
        await self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=0,
            mobile=False,
        )
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), PATIENCE)
        await self.evaluate(READY)

    async def evaluate(self, expression: str) -> Any:
        """Evaluate JavaScript in the page and return its JSON value."""
        result = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("text", "script failed"))
        return result["result"].get("value")

    async def screenshot(self, url: str, width: int, height: int) -> Image.Image:
        """Return the viewport as RGB; shots are repeated until two agree, for fonts that arrive late."""
        await self.load(url, width, height)
        before = b""
        for _ in range(MAX_SHOTS):
            shot = await self.call("Page.captureScreenshot", format="png")
            data = base64.b64decode(shot["data"])
            if data == before:
                break
            before = data
        return Image.open(io.BytesIO(before)).convert("RGB")


@asynccontextmanager
async def browser(scale: float = 1.0) -> AsyncIterator[Browser]:
    """Start Chromium with the vendored fonts; stop it and remove its profile at the end.

    `scale` is the screen's, in device px per px. Emulating one would lay out and round in CSS px.
    """
    executable = shutil.which(EXECUTABLE)
    if executable is None:
        raise ChromiumMissing(f"{EXECUTABLE} is not installed; `make test` installs it with apt-get.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        process = await asyncio.create_subprocess_exec(
            executable, *FLAGS, f"--force-device-scale-factor={scale}",
            f"--user-data-dir={folder / 'profile'}", "about:blank",
            env={**os.environ, "FONTCONFIG_FILE": str(write_fontconfig(folder))},
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            assert process.stderr is not None
            url = ""
            while not url:
                line = (await asyncio.wait_for(process.stderr.readline(), PATIENCE)).decode()
                if not line:
                    raise RuntimeError("Chromium ended before it was ready.")
                if "DevTools listening on " in line:
                    url = line.split("DevTools listening on ", 1)[1].strip()
            drain = asyncio.create_task(process.stderr.read())
            async with aiohttp.ClientSession() as session, session.ws_connect(url, max_msg_size=0) as socket:
                page = Browser(socket)
                reader = asyncio.create_task(page.read())
                await page.open_page(web_fonts=scale <= 1)
                yield page
                reader.cancel()
            drain.cancel()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # Debian's wrapper and the browser that it started
            await asyncio.wait_for(process.wait(), PATIENCE)
