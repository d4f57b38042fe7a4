"""A Worker under the pinned `wrangler dev`: a real workerd, offline, with a state folder of its own."""

from __future__ import annotations

import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from emblazon.contract.signing import Keyring
from emblazon_origin.worker_process import Service, local_command, worker_environment

ROOT = Path(__file__).parents[2]
KEYS = "k2:fedcba9876543210fedcba9876543210,k1:0123456789abcdef0123456789abcdef"
PURGE_TOKEN = "purge-token-of-the-tests"
ORIGIN_TOKEN = "origin-token-of-the-tests"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copy_worker(folder: Path) -> None:
    """Copy what `wrangler deploy` takes, so that edits in the tree do not restart a Worker under test."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "edge", folder / "edge", ignore=ignore, dirs_exist_ok=True)
    shutil.copy(ROOT / "wrangler.toml", folder)


@dataclass
class Workerd:
    """One Worker; `restart` keeps its KV, as a deployment does."""

    folder: Path
    variables: dict[str, str]
    port: int = field(default_factory=free_port)
    service: Service | None = None

    def __post_init__(self) -> None:
        copy_worker(self.folder)
        self.client = httpx.Client(base_url=self.url, trust_env=False, timeout=30.0)
        self.keyring = Keyring.parse(KEYS)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    def start(self) -> None:
        """Start and wait until it answers."""
        command = local_command(
            ROOT,
            config=self.folder / "wrangler.toml",
            port=self.port,
            inspector_port=free_port(),
            state=self.state,
            variables=self.variables,
        )
        environment = worker_environment(ROOT, self.state)
        self.service = Service("Worker", command, environment, self.folder, f"{self.url}/healthz", self.log)
        self.service.start()
        self.service.wait_ready()

    def stop(self) -> None:
        """End wrangler and its workerd processes."""
        self.client.close()
        if self.service is not None:
            self.service.stop()

    def restart(self, *, keep_cache: bool = False) -> None:
        """Another isolate in another data centre: empty memory, empty Cache API, the same KV."""
        assert self.service is not None
        self.service.stop()
        if not keep_cache:
            shutil.rmtree(self.state / "v3" / "cache", ignore_errors=True)
        self.start()

    def signed(self, path: str, query: str, *, expires_at: int | None = None) -> str:
        """Return path and signed query."""
        return f"{path}?{self.keyring.sign(path, query, expires_at=expires_at)}"

    def card(self, title: str, *, extension: str = "png", more: str = "", **headers: str) -> httpx.Response:
        """GET the card of `title`, signed; header names are written with underscores."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(self.card_url(title, extension=extension, more=more), headers=fields)

    def card_url(self, title: str, *, extension: str = "png", more: str = "") -> str:
        """Return path and query of a signed card."""
        return self.signed(f"/og/article.{extension}", f"title={title}{more}")

    def purge(self, what: dict[str, object]) -> httpx.Response:
        """POST /purge with the right token."""
        return self.client.post("/purge", json=what, headers={"Authorization": f"Bearer {PURGE_TOKEN}"})
