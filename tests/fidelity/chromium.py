"""Debian's Chromium as the reference: HTML files to pictures, over the DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--font-render-hinting=none", "--remote-debugging-port=0",
    "--disable-extensions", "--force-color-profile=srgb",
)  # fmt: skip
# fontconfig sees the vendored fonts and nothing else, with the generic families of fonts.toml.
FONT_ALIASES = {
    "sans-serif": "Inter", "serif": "Source Serif 4", "monospace": "JetBrains Mono",
    **{f"Noto Sans {place}": f"Noto Sans CJK {place}" for place in ("JP", "KR", "SC", "TC", "HK")},
}  # fmt: skip
MAX_SHOTS = 6
READY = """
document.fonts.ready.then(() => Promise.all([...document.images].map(image => image.decode().catch(() => 0))))
"""


class ChromiumMissing(RuntimeError):
    """No chromium on PATH; `make test` installs it from Debian's packages."""


def _fontconfig(folder: Path) -> Path:
    aliases = "".join(
        f'<alias binding="same"><family>{name}</family><prefer><family>{target}</family></prefer></alias>'
        for name, target in FONT_ALIASES.items()
    )
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{ROOT / 'fonts' / 'vendor'}</dir><cachedir>{folder / 'cache'}</cachedir>{aliases}</fontconfig>"
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
        answer = await asyncio.wait_for(future, 30)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    async def open_page(self) -> None:
        """Open the page that later calls speak to."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await self.call("Page.enable")

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
        await asyncio.wait_for(self._loaded.wait(), 30)
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
    executable = shutil.which("chromium")
    if executable is None:
        raise ChromiumMissing("chromium is not installed; `make test` installs it with apt-get.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        process = await asyncio.create_subprocess_exec(
            executable, *FLAGS, f"--force-device-scale-factor={scale}",
            f"--user-data-dir={folder / 'profile'}", "about:blank",
            env={**os.environ, "FONTCONFIG_FILE": str(_fontconfig(folder))},
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stderr is not None
            url = ""
            while not url:
                line = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
                if not line:
                    raise RuntimeError("Chromium ended before it was ready.")
                if "DevTools listening on " in line:
                    url = line.split("DevTools listening on ", 1)[1].strip()
            drain = asyncio.create_task(process.stderr.read())
            async with aiohttp.ClientSession() as session, session.ws_connect(url, max_msg_size=0) as socket:
                page = Browser(socket)
                reader = asyncio.create_task(page.read())
                await page.open_page()
                yield page
                reader.cancel()
            drain.cancel()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
