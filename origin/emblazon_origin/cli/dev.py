"""`emblazon dev`: the Worker on a real workerd, with the origin beside it."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Literal

from emblazon.contract.signing import LOCAL_TOKEN, Keyring
from emblazon.edge.config import ConfigError, EdgeConfig, is_development

from ..errors import EmblazonError
from ..host.wrangler import (
    DevError,
    Service,
    check_port,
    current_command,
    local_command,
    worker_environment,
    worker_folder,
    write_variables,
)
from ..server.config import OriginConfig
from .exit_codes import WRONG_INPUT, CommandError
from .project.secrets_file import KEYS, switch_to_development

Runtime = Literal["local", "current"]

STOPS = (signal.SIGINT, signal.SIGTERM)
EDGE_PORT = 8787
ORIGIN_PORT = 8788
CURRENT_HINT = (
    "RUNTIME=current downloads its Python at the first start; without network use `make dev` as it is."
)


def settings() -> dict[str, str]:
    """Return the environment's settings; without signing keys this command is for development."""
    keys = os.environ.get(KEYS, "").strip()
    given = {name: value for name, value in os.environ.items() if name.startswith("EMBLAZON_")}
    return {"EMBLAZON_DEV": "0" if keys else "1"} | given


def worker_variables(origin_url: str) -> dict[str, str]:
    """Return the Worker's variables: the environment's, in development over what suits this machine alone.

    Raises edge.config.ConfigError, server.config.SettingsError.
    """
    given = settings()
    variables = {
        "EMBLAZON_ORIGIN_URL": origin_url,
        "EMBLAZON_PUBLIC_URL": "",
        "EMBLAZON_KV_TIMEOUT": "1",  # a laptop under load is no data centre
        "EMBLAZON_CACHE_TIMEOUT": "1",
    }
    if is_development(given):
        variables |= {
            "EMBLAZON_PURGE_TOKEN": LOCAL_TOKEN,
            "EMBLAZON_CONTROL_TTL": "0",  # an edited template shows at the next request
            "EMBLAZON_MANIFEST_TTL": "0",
            "EMBLAZON_RETRY_AFTER_FAILURE": "1",  # a card that was late while processes started comes soon
            "EMBLAZON_FALLBACK_MAX_AGE": "1",
        }
    variables |= given
    config = EdgeConfig.from_env(variables)  # a Worker with a wrong setting answers, but never gets ready
    OriginConfig.from_env({**os.environ, **given}).check_nested(config.origin_timeout)
    return variables


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
    edge_port = edge_port or _port("EMBLAZON_EDGE_PORT", EDGE_PORT)
    origin_port = origin_port or _port("EMBLAZON_ORIGIN_PORT", ORIGIN_PORT)
    current = (runtime or os.environ.get("RUNTIME") or "local") == "current"
    check_port(edge_port, "EMBLAZON_EDGE_PORT")
    check_port(origin_port, "EMBLAZON_ORIGIN_PORT")
    state = root / ".emblazon" / "worker"
    state.mkdir(parents=True, exist_ok=True)
    origin = _origin(root, origin_port, state)
    worker = _worker(root, edge_port, state, origin_port, current)
    services = [origin, worker]
    try:
        for number in STOPS:  # SIGINT too: a shell starts its background jobs with SIGINT ignored
            signal.signal(number, _interrupt)
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
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave a process behind
        for service in reversed(services):
            service.stop()


def _port(variable: str, default: int) -> int:
    text = os.environ.get(variable) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= 65535):
        raise CommandError(f"{variable}={text} is no port; set it to a number from 1 to 65535.")
    return int(text)


def _origin(root: Path, port: int, state: Path) -> Service:
    environment = {
        "EMBLAZON_QUEUE_WAIT": "5",
        **os.environ,
        **settings(),
        "EMBLAZON_ORIGIN_HOST": "127.0.0.1",
        "EMBLAZON_ORIGIN_PORT": str(port),
    }
    return Service(
        name="origin",
        command=[sys.executable, "-m", "emblazon_origin.cli.dev"],
        environment=environment,
        folder=root,
        ready_url=f"http://127.0.0.1:{port}/readyz",
        log=_fresh(state / "origin.log"),
    )


def _worker(root: Path, port: int, state: Path, origin_port: int, current: bool) -> Service:
    variables = worker_variables(f"http://127.0.0.1:{origin_port}")
    environment = worker_environment(root, state)
    folder = root
    if current:
        file = state / "variables"
        write_variables(file, variables, expanded=True)
        command = current_command(port=port, state=state / "current", variables=file)
    else:
        folder = state / "project"  # where wrangler's build step runs
        config = worker_folder(root, folder)
        write_variables(config.with_name(".dev.vars"), variables)
        command = local_command(
            root,
            config=config,
            port=port,
            inspector_port=port + 10_000 if port < 50_000 else port - 10_000,
            state=state / "local",
        )
    return Service(
        name="Worker",
        command=command,
        environment=environment,
        folder=folder,
        ready_url=f"http://127.0.0.1:{port}/healthz",
        log=_fresh(state / "worker.log"),
        hint=CURRENT_HINT if current else "",
    )


def serve_origin() -> int:
    """Serve the origin with the studio beside its routes, until SIGTERM; what `run_dev` starts."""
    import uvloop  # late, as all of this: the command that starts it needs no server

    from ..observability.logs import set_up_logging
    from .embedded import origin_with_studio, serve_app
    from .main import read_settings

    try:
        if is_development(os.environ):
            read_settings()  # the studio signs with the keys that the parent has set aside
            switch_to_development()
        config = OriginConfig.from_env()
        set_up_logging(config.log_format, config.log_level)
        app, origin = origin_with_studio(config, settings())
        return uvloop.run(serve_app(app, config.host, config.port, origin))
    except (EmblazonError, CommandError, ConfigError) as error:
        print(f"emblazon: {error}", file=sys.stderr)
        return WRONG_INPUT


def _fresh(log: Path) -> Path:
    log.write_bytes(b"")
    return log


def _welcome(edge_port: int, origin_port: int, state: Path) -> str:
    local = is_development(settings()) and not os.environ.get("EMBLAZON_PURGE_TOKEN")
    token = f", purge token {LOCAL_TOKEN}" if local else ""
    path, query = "/og/article.png", "title=Hello"
    keys = os.environ.get(KEYS, "").strip()
    query = Keyring.parse(keys).sign(path, query) if keys else query
    return (
        f"Edge on workerd: http://127.0.0.1:{edge_port}{path}?{query} "
        f"(origin http://127.0.0.1:{origin_port}{token}, logs in {state})\n"
        f"The studio: http://127.0.0.1:{origin_port}/studio/"
    )


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(serve_origin())
