"""The Worker on a developer's machine: which command starts it, when it is ready, how it ends.

The pinned runtime (`wrangler-local` in `package.json`) carries Python inside its workerd and needs no
network; the current one goes through pywrangler, which downloads it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from ..errors import EmblazonError
from ..processes import end_with_parent

LOCAL_PACKAGE = "wrangler-local"
LOCAL_VERSION = "3.70.0"
LOCAL_DATE = "2024-08-06"  # the newest compatibility date that the pinned workerd knows
PYWRANGLER = "workers-py==1.17.9"  # the package of pywrangler, for `uv tool run`
READY_TIMEOUT = 90.0  # seconds; a cold start takes about four
STOP_TIMEOUT = 10.0


class DevError(EmblazonError):
    """The Worker cannot run here; the message names the fix."""


@dataclass(slots=True)
class Service:
    """One child process in its own process group, with an address that tells when it is ready."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    ready_url: str
    log: Path | None = None  # None: the terminal
    hint: str = ""  # what to do when it does not start
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
                preexec_fn=partial(end_with_parent, signal.SIGTERM) if sys.platform == "linux" else None,
            )
        finally:
            if output:
                output.close()

    @property
    def ended(self) -> bool:
        """Whether the process has exited."""
        return self._process is None or self._process.poll() is not None

    @property
    def pid(self) -> int | None:
        """The process, and its group; None before the start."""
        return self._process.pid if self._process else None

    def wait_ready(self, timeout: float = READY_TIMEOUT) -> None:
        """Return when `ready_url` answers 200. Raises DevError with the end of the log."""
        deadline = time.monotonic() + timeout
        with httpx.Client(trust_env=False, timeout=httpx.Timeout(20.0, connect=1.0)) as client:
            while time.monotonic() < deadline:
                if self.ended:
                    raise DevError(f"The {self.name} stopped before it was ready.{self._why()}")
                try:
                    if client.get(self.ready_url).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.1)
        raise DevError(f"The {self.name} was not ready within {timeout:.0f} s.{self._why()}")

    def stop(self) -> None:
        """End the whole group: SIGTERM first, SIGKILL for what is left."""
        if self._process is None:
            return
        _signal_group(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_TIMEOUT)
        _signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _why(self) -> str:
        hint = f" {self.hint}" if self.hint else ""
        if self.log is None or not self.log.exists():
            return hint
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines()]
        return "\n".join([hint, "The end of its log:", *filter(None, lines[-15:])])


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):  # all of it has ended
        os.killpg(group, number)


def check_port(port: int, variable: str) -> None:
    """Raise DevError where something listens on `port` already, naming the variable that moves it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DevError(f"Port {port} is in use; set {variable} to another one.") from error


def node_binary(root: Path) -> str:
    """Return the Node.js that `package.json` pins, else the one on PATH. Raises DevError."""
    pinned = root / "node_modules" / "node" / "bin" / "node"
    found = str(pinned) if pinned.is_file() else shutil.which("node")
    if not found:
        raise DevError("Node.js is missing; run `npm ci` in the project folder.")
    return found


def worker_environment(root: Path, state: Path) -> dict[str, str]:
    """Return the environment of wrangler: offline, quiet, its settings under `state`."""
    folders = [root / "node_modules" / "node" / "bin", Path(sys.executable).parent]
    path = os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])
    return {
        **os.environ,
        "PATH": path,
        "CI": "1",  # no questions
        "NODE_ENV": "test",  # no look-up of the machine's place in the world
        "NO_COLOR": "1",
        "WRANGLER_SEND_METRICS": "false",
        "XDG_CONFIG_HOME": str(state / "config"),
    }


def worker_folder(root: Path, folder: Path) -> Path:
    """Make a folder of links to what the pinned wrangler reads of the project; returns its configuration.

    Wrangler takes secrets from `.dev.vars` beside the configuration: not the project's own file. Its build
    step reads `edge` of the checkout; elsewhere it is `emblazon worker`, which writes into the project's
    `build`. Raises DevError where there is no Worker.
    """
    if not (root / "wrangler.toml").is_file():
        raise DevError(f"{root} has no wrangler.toml; `emblazon init` writes one.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("wrangler.toml", "edge" if (root / "edge").is_dir() else "build"):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(root / name)
    return folder / "wrangler.toml"


def write_variables(path: Path, variables: Mapping[str, str], *, expanded: bool = False) -> None:
    """Write the Worker's variables as a file that its owner alone can read, in the syntax of dotenv.

    A command line is no place for them: every user of the machine can read it. `expanded` is for a reader
    that replaces `$NAME`. Raises DevError for a value that the syntax cannot hold.
    """
    lines = []
    for name, value in variables.items():
        quote = next((q for q in "'`" if q not in value), None)
        if quote is None:
            raise DevError(f"{name} holds both ' and `, which wrangler's files cannot; change the value.")
        text = value.replace("$", "\\$") if expanded else value
        lines.append(f"{name}={quote}{text}{quote}\n")
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(lines)


def local_command(root: Path, *, config: Path, port: int, inspector_port: int, state: Path) -> list[str]:
    """Return the command that runs the Worker on the pinned runtime. Raises DevError without its package."""
    wrangler = root / "node_modules" / LOCAL_PACKAGE / "bin" / "wrangler.js"
    if not wrangler.is_file():
        raise DevError(f"The local Worker runtime is missing; run `{_install(root)}` in {root}.")
    command = [node_binary(root), str(wrangler), "dev", "--config", str(config)]
    command += ["--compatibility-date", LOCAL_DATE, "--test-scheduled"]
    command += ["--show-interactive-dev-session=false", "--live-reload=false"]
    command += ["--inspector-port", str(inspector_port)]
    return command + _common(port, state)


def _install(root: Path) -> str:
    lock = root / "package-lock.json"
    locked = lock.is_file() and LOCAL_PACKAGE in lock.read_text("utf-8")
    return "npm ci" if locked else f"npm install --save-dev {LOCAL_PACKAGE}@npm:wrangler@{LOCAL_VERSION}"


def current_command(*, port: int, state: Path, variables: Path) -> list[str]:
    """Return the command that runs the Worker on the current runtime, with a file of variables.

    Raises DevError without pywrangler.
    """
    return [*_pywrangler(), "dev", *_common(port, state), "--env-file", str(variables)]


def _pywrangler() -> list[str]:
    if pywrangler := _tool("pywrangler"):
        return [pywrangler]
    if uv := _tool("uv"):
        return [uv, "tool", "run", "--from", PYWRANGLER, "pywrangler"]
    raise DevError(f"RUNTIME=current needs pywrangler; run `{sys.executable} -m pip install uv workers-py`.")


def _tool(name: str) -> str | None:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else shutil.which(name)


def _common(port: int, state: Path) -> list[str]:
    return ["--ip", "127.0.0.1", "--port", str(port), "--persist-to", str(state)]
