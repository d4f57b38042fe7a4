"""Two workers under the pinned wrangler: the edge, and the same in JavaScript. Which processes are whose."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emblazon_origin.host.wrangler import (
    LOCAL_DATE,
    Service,
    local_command,
    worker_environment,
    write_variables,
)

ROOT = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RunningWorker:
    """One worker under a `wrangler dev` of its own, with a folder for its code, state and log."""

    name: str
    folder: Path
    javascript: bool
    variables: Mapping[str, str]
    port: int = field(default_factory=free_port)
    service: Service | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.folder.mkdir(parents=True)
        config = self.folder / "wrangler.toml"
        if self.javascript:
            shutil.copy(Path(__file__).with_name("javascript_worker.js"), self.folder)
            kv = '[[kv_namespaces]]\nbinding = "EMBLAZON_KV"\nid = "0"\n'
            main = (
                f'name = "{self.name}"\nmain = "javascript_worker.js"\ncompatibility_date = "{LOCAL_DATE}"\n'
            )
            config.write_text(main + kv)
        else:
            shutil.copytree(ROOT / "edge", self.folder / "edge", ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(ROOT / "wrangler.toml", config)
        command = local_command(
            ROOT,
            config=config,
            port=self.port,
            inspector_port=free_port(),
            state=self.folder / "state",
        )
        write_variables(self.folder / ".dev.vars", self.variables)
        environment = worker_environment(ROOT, self.folder / "state")
        log = self.folder / "worker.log"
        self.service = Service(self.name, command, environment, self.folder, f"{self.url}/healthz", log)
        self.service.start()
        self.service.wait_ready()

    def stop(self) -> None:
        """End every process of it."""
        if self.service is not None:
            self.service.stop()

    def cpu_seconds(self) -> float:
        """Processor time that its workerd has used, that of wrangler's proxy in front left out."""
        return sum(_cpu(pid) for pid in self._workerds())

    def _workerds(self) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    command = (folder / "cmdline").read_bytes()
                    group = os.getpgid(int(folder.name))
                except OSError:
                    continue
                ours = b"workerd" in command and f":{self.port}\0".encode() not in command
                if ours and self.service is not None and group == self.service.pid:
                    found.append(int(folder.name))
        return found


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
