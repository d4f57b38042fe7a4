"""The Worker on the two runtimes that can be had offline, each behind one HTTP client.

`Workerd` is the pinned `wrangler dev`, a real workerd. `PyodideHost` is the current runtime's Python and SDK
under Node.js, with Miniflare's bindings (`tests/e2e/pyodide/host.mjs`).
"""

from __future__ import annotations

import importlib.metadata
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from ports import free_port
from worker_imports import built_worker

from emblazon.contract.signing import Keyring
from emblazon_origin.host.wrangler import (
    Service,
    local_command,
    node_binary,
    worker_environment,
    write_variables,
)

ROOT = Path(__file__).parents[2]
KEYS = "k2:fedcba9876543210fedcba9876543210,k1:0123456789abcdef0123456789abcdef"
PURGE_TOKEN = "purge-token-of-the-tests"
ORIGIN_TOKEN = "origin-token-of-the-tests"


class _SentAgain(httpx.HTTPTransport):
    """Sends a request anew where wrangler asks for it: it retries no POST over a reload of the Worker."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the Worker's own answer, or wrangler's last."""
        for _ in range(5):
            response = super().handle_request(request)
            if response.status_code != 503 or b"restarted mid-request" not in response.read():
                break
        return response


@dataclass
class Workerd:
    """One Worker under the pinned `wrangler dev`, with a folder of its own for code, state and log."""

    folder: Path
    variables: dict[str, str]
    port: int = field(default_factory=free_port)
    service: Service | None = None
    crowd: int = 60  # requests that may come at once without any of its time-outs

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.url, transport=_SentAgain(), trust_env=False, timeout=60.0)
        self.keyring = Keyring.parse(KEYS)
        # A copy: edits in the work tree must not restart a Worker under test.
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "edge", self.folder / "edge", ignore=ignore)
        shutil.copy(ROOT / "wrangler.toml", self.folder)

    def command(self) -> list[str]:
        """Return the command that runs the Worker on `port`."""
        return local_command(
            ROOT,
            config=self.folder / "wrangler.toml",
            port=self.port,
            inspector_port=free_port(),
            state=self.state,
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def state(self) -> Path:
        """What outlives a restart: KV, in Miniflare's own layout."""
        return self.folder / "state"

    @property
    def log(self) -> Path:
        return self.folder / "worker.log"

    def start(self) -> None:
        """Start and wait until it answers."""
        environment = worker_environment(ROOT, self.state)
        write_variables(self.folder / ".dev.vars", self.variables)
        self.service = Service(
            "Worker", self.command(), environment, self.folder, f"{self.url}/healthz", self.log
        )
        self.service.start()
        self.service.wait_ready()

    def stop(self) -> None:
        """End every process of it."""
        self.client.close()
        if self.service is not None:
            self.service.stop()

    def answers(self) -> bool:
        """Whether anybody answers at all."""
        try:
            return self.client.get("/healthz").status_code < 500
        except httpx.HTTPError:
            return False

    def restart(self, *, keep_cache: bool = False) -> None:
        """Become another isolate in another data centre: empty memory, empty Cache API, the same KV."""
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

    def run_cron(self) -> None:
        """Run what the cron trigger runs."""
        assert self.client.get("/__scheduled").status_code == 200


@dataclass
class RecordingWorkerd(Workerd):
    """Workerd with an Analytics Engine that keeps its points (`recording_worker.py`)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        shutil.copy(Path(__file__).with_name("recording_worker.py"), self.folder / "edge" / "worker.py")

    def recorded(self) -> dict[str, list[dict[str, object]]]:
        """What the stand-in of the platform was told."""
        found: dict[str, list[dict[str, object]]] = self.client.get("/__host/record").json()
        return found

    def later(self, seconds: float) -> None:
        """Let time pass for cron and the whole way."""
        assert self.client.get(f"/__host/later?{seconds}").text == "done"


@dataclass
class PyodideHost(Workerd):
    """Pyodide 314 with the real SDK.

    `platform` binds R2, Analytics Engine, a queue, a rate limit and a Workers Cache as well.
    """

    crowd: int = 8  # Miniflare's bindings block Node.js for each call
    platform: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        copy_sdk(self.folder / "sdk")

    def command(self) -> list[str]:
        options = {
            "root": str(ROOT),
            "port": self.port,
            "worker": str(built_worker(self.folder)),
            "sdk": str(self.folder / "sdk"),
            "state": str(self.state),
            "platform": self.platform,
            "variables": self.variables,
        }
        script = ROOT / "tests" / "e2e" / "pyodide" / "host.mjs"
        return [node_binary(ROOT), "--no-warnings", str(script), json.dumps(options)]

    def recorded(self) -> dict[str, list[dict[str, object]]]:
        """What the stand-ins of the platform were told."""
        found: dict[str, list[dict[str, object]]] = self.client.get("/__host/record").json()
        return found

    def deliver(self, messages: list[str]) -> list[str]:
        """Hand a batch to the queue consumer; returns "ack" or "retry" for each."""
        outcome: list[str] = self.client.post("/__host/queue", json=messages).json()
        return outcome


def copy_sdk(folder: Path) -> None:
    """Copy the Worker SDK as pywrangler vendors it, without the rest of site-packages."""
    for file in importlib.metadata.files("workers-runtime-sdk") or []:
        if file.suffix == ".py":
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(Path(str(file.locate())), folder / file)


def worker_variables(origin_url: str) -> dict[str, str]:
    """Settings that leave a busy machine time and keep one test's faults from the next test."""
    return {
        "EMBLAZON_ORIGIN_URL": origin_url,
        "EMBLAZON_PUBLIC_URL": "https://og.example.com",
        "EMBLAZON_SIGNING_KEYS": KEYS,
        "EMBLAZON_PURGE_TOKEN": PURGE_TOKEN,
        "EMBLAZON_ORIGIN_TOKEN": ORIGIN_TOKEN,
        "EMBLAZON_ORIGIN_TIMEOUT": "4",
        "EMBLAZON_STALE_TIMEOUT": "0.5",
        "EMBLAZON_KV_TIMEOUT": "5",
        "EMBLAZON_CACHE_TIMEOUT": "5",
        "EMBLAZON_BREAKER_FAILURES": "1000",
        "EMBLAZON_RETRY_AFTER_FAILURE": "0",
        "EMBLAZON_PURGES_PER_MINUTE": "10000",
    }
