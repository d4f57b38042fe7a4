"""`emblazon dev`: the Worker on a real workerd, with the origin beside it.

The default runtime is the pinned one from `package.json`, whose workerd carries Python inside: it needs no
network. `RUNTIME=current` goes through pywrangler and downloads the current one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess  # runs the project's own pinned tools
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Literal

import httpx

from emblazon_origin.errors import EmblazonError

Runtime = Literal["local", "current"]

EDGE_PORT = 8787
ORIGIN_PORT = 8788
LOCAL_DATE = "2024-08-06"  # the newest compatibility date that the pinned workerd knows
READY_TIMEOUT = 90.0  # seconds; a cold start takes about four
STOP_TIMEOUT = 10.0
DEV_PURGE_TOKEN = "local-purge-token"  # noqa: S105  # not a secret: only for 127.0.0.1


class DevError(EmblazonError):
    """`make dev` cannot run; the message names the fix."""


@dataclass(slots=True)
class Service:
    """One child process in its own process group, with an address that tells when it is ready."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    ready_url: str
    log: Path | None = None  # None: the terminal
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the process; its group takes no signals from the terminal, `stop` passes them on."""
        output = self.log.open("ab") if self.log else None
        try:
            self._process = subprocess.Popen(  # noqa: S603  # a fixed command of the project's own
                self.command,
                cwd=self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
            )
        finally:
            if output:
                output.close()

    @property
    def ended(self) -> bool:
        """Whether the process has exited."""
        return self._process is None or self._process.poll() is not None

    def wait_ready(self, timeout: float = READY_TIMEOUT) -> None:
        """Return when `ready_url` answers 200. Raises DevError with the end of the log."""
        deadline = time.monotonic() + timeout
        with httpx.Client(trust_env=False, timeout=httpx.Timeout(20.0, connect=1.0)) as client:
            while time.monotonic() < deadline:
                if self.ended:
                    raise DevError(f"The {self.name} stopped before it was ready.{self._log_tail()}")
                try:
                    if client.get(self.ready_url).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        raise DevError(f"The {self.name} was not ready within {timeout:.0f} s.{self._log_tail()}")

    def stop(self) -> None:
        """End the whole group: SIGTERM first, SIGKILL for what is left."""
        if self._process is None:
            return
        _signal_group(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT)
        _signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _log_tail(self) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return "\n" + "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # all of it has ended
        os.killpg(group, number)


def node_binary(root: Path) -> str:
    """Return the Node.js that `package.json` pins, else the one on PATH. Raises DevError."""
    pinned = root / "node_modules" / "node" / "bin" / "node"
    found = str(pinned) if pinned.is_file() else shutil.which("node")
    if not found:
        raise DevError("Node.js is missing; run `npm ci` in the project folder.")
    return found


def worker_environment(root: Path, state: Path) -> dict[str, str]:
    """Return the environment of wrangler: offline, quiet, its settings under `state`."""
    path = os.pathsep.join([str(root / "node_modules" / "node" / "bin"), os.environ.get("PATH", "")])
    return {
        **os.environ,
        "PATH": path,
        "CI": "1",  # no questions
        "NODE_ENV": "test",  # no look-up of the machine's place in the world
        "NO_COLOR": "1",
        "WRANGLER_SEND_METRICS": "false",
        "XDG_CONFIG_HOME": str(state / "config"),
    }


def local_command(
    root: Path, *, config: Path, port: int, inspector_port: int, state: Path, variables: Mapping[str, str]
) -> list[str]:
    """Return the command that runs the Worker on the pinned runtime. Raises DevError without its package."""
    wrangler = root / "node_modules" / "wrangler-local" / "bin" / "wrangler.js"
    if not wrangler.is_file():
        raise DevError("The local Worker runtime is missing; run `npm ci` in the project folder.")
    command = [node_binary(root), str(wrangler), "dev", "--config", str(config)]
    command += ["--compatibility-date", LOCAL_DATE, "--test-scheduled"]
    command += ["--show-interactive-dev-session=false", "--live-reload=false"]
    command += ["--inspector-port", str(inspector_port)]
    return command + _common(port, state, variables)


def current_command(*, port: int, state: Path, variables: Mapping[str, str]) -> list[str]:
    """Return the command that runs the Worker on the current runtime. Raises DevError without pywrangler."""
    pywrangler = Path(sys.executable).with_name("pywrangler")
    if not pywrangler.is_file():
        raise DevError(
            "RUNTIME=current needs pywrangler; run `.venv/bin/pip install workers-py uv` with network."
        )
    return [str(pywrangler), "dev", *_common(port, state, variables)]


def _common(port: int, state: Path, variables: Mapping[str, str]) -> list[str]:
    options = ["--ip", "127.0.0.1", "--port", str(port), "--persist-to", str(state)]
    for name, value in variables.items():
        options += ["--var", f"{name}:{value}"]
    return options


def worker_variables(origin_url: str) -> dict[str, str]:
    """Return the Worker's variables: those of the environment over what suits a machine of one's own."""
    variables = {
        "EMBLAZON_ORIGIN_URL": origin_url,
        "EMBLAZON_PUBLIC_URL": "",
        "EMBLAZON_PURGE_TOKEN": DEV_PURGE_TOKEN,
        "EMBLAZON_KV_TIMEOUT": "1",  # a laptop under load is no data centre
    }
    if not os.environ.get("EMBLAZON_SIGNING_KEYS"):
        variables["EMBLAZON_SIGNING"] = "off"
    given = {name: value for name, value in os.environ.items() if name.startswith("EMBLAZON_")}
    return variables | given


def run_dev(
    *,
    root: Path,
    edge_port: int | None = None,
    origin_port: int | None = None,
    runtime: Runtime | None = None,
) -> int:
    """Run origin and Worker until Ctrl-C or SIGTERM, or until one of them ends; returns the exit code.

    Ports come from EMBLAZON_EDGE_PORT and EMBLAZON_ORIGIN_PORT, the runtime from RUNTIME, where not given.
    """
    edge_port = edge_port or int(os.environ.get("EMBLAZON_EDGE_PORT") or EDGE_PORT)
    origin_port = origin_port or int(os.environ.get("EMBLAZON_ORIGIN_PORT") or ORIGIN_PORT)
    current = (runtime or os.environ.get("RUNTIME") or "local") == "current"
    state = root / ".emblazon" / "worker"
    state.mkdir(parents=True, exist_ok=True)
    origin = _origin(root, origin_port, state)
    worker = _worker(root, edge_port, state, origin_port, current)
    signal.signal(signal.SIGTERM, _interrupt)
    services = [origin, worker]
    try:
        for service in services:
            service.start()
        for service in services:
            service.wait_ready()
        print(_welcome(edge_port, origin_port, state), flush=True)
        while not any(service.ended for service in services):
            time.sleep(0.3)
        stopped = next(service.name for service in services if service.ended)
        raise DevError(f"The {stopped} stopped; its log is in {state}.")
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave a process behind
        for service in reversed(services):
            service.stop()


def _origin(root: Path, port: int, state: Path) -> Service:
    environment = {**os.environ, "EMBLAZON_ORIGIN_PORT": str(port), "EMBLAZON_DEV": "1"}
    return Service(
        name="origin",
        command=[sys.executable, "-m", "emblazon_origin.server"],
        environment=environment,
        folder=root,
        ready_url=f"http://127.0.0.1:{port}/readyz",
        log=_fresh(state / "origin.log"),
    )


def _worker(root: Path, port: int, state: Path, origin_port: int, current: bool) -> Service:
    variables = worker_variables(f"http://127.0.0.1:{origin_port}")
    environment = worker_environment(root, state)
    if current:
        command = current_command(port=port, state=state / "current", variables=variables)
    else:
        command = local_command(
            root,
            config=root / "wrangler.toml",
            port=port,
            inspector_port=port + 10_000 if port < 50_000 else port - 10_000,
            state=state / "local",
            variables=variables,
        )
    return Service(
        name="Worker" if not current else "Worker (the current runtime is downloaded at its first start)",
        command=command,
        environment=environment,
        folder=root,
        ready_url=f"http://127.0.0.1:{port}/healthz",
        log=_fresh(state / "worker.log"),
    )


def _fresh(log: Path) -> Path:
    log.write_bytes(b"")
    return log


def _welcome(edge_port: int, origin_port: int, state: Path) -> str:
    token = "" if os.environ.get("EMBLAZON_PURGE_TOKEN") else f", purge token {DEV_PURGE_TOKEN}"
    return (
        f"Edge on workerd: http://127.0.0.1:{edge_port}/og/article.png?title=Hello "
        f"(origin http://127.0.0.1:{origin_port}{token}, logs in {state})"
    )


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
