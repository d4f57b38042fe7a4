"""The CPython host on a real socket, with the face of `workerd.Workerd`: the same scenarios run on both."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from pathlib import Path

import httpx
from aiohttp import web
from workerd import Workerd

from emblazon.contract.signing import Keyring
from emblazon.edge.config import EdgeConfig
from emblazon_origin.host import HttpOrigin, create_edge_app, edge_runner


@dataclass
class CPythonHost(Workerd):
    """`restart` keeps the SQLite KV and loses memory and cache, as another data centre has them."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.touch()
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=60.0)
        self.keyring = Keyring.parse(self.variables["EMBLAZON_SIGNING_KEYS"])
        self._loop = asyncio.new_event_loop()
        self._runner: web.AppRunner | None = None
        self._origin: HttpOrigin | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="edge", daemon=True)
        self._thread.start()

    @property
    def kv_path(self) -> Path:
        return self.state / "kv.sqlite"

    def start(self) -> None:
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)

    def stop(self) -> None:
        self.client.close()
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def restart(self, *, keep_cache: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(60)
        self.start()

    async def _start(self) -> None:
        self._origin = HttpOrigin(self.variables["EMBLAZON_ORIGIN_URL"])
        config = EdgeConfig.from_env(self.variables)
        app = create_edge_app(config, origin=self._origin, kv_path=self.kv_path)
        self._runner = edge_runner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=2048, reuse_address=True).start()

    async def _stop(self) -> None:
        assert self._runner is not None
        assert self._origin is not None
        await self._runner.cleanup()
        await self._origin.close()
