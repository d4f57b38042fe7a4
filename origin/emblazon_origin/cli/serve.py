"""`emblazon serve`, `emblazon origin`, `emblazon dev`: the product on one machine, whole or in parts."""

from __future__ import annotations

import argparse
import os

from ..home import find_home
from .exit_codes import CommandError
from .numbers import http_url, port
from .project.secrets_file import FROM_FILES, KEYS, switch_to_development

PORT = 8080


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    serve = commands.add_parser("serve", help="edge and origin in one process, with SQLite as KV")
    serve.add_argument(
        "--host", default=os.environ.get("EMBLAZON_HOST") or "127.0.0.1", help="$EMBLAZON_HOST"
    )
    serve.add_argument(
        "--port",
        type=port,
        default=os.environ.get("EMBLAZON_PORT") or PORT,
        help=f"$EMBLAZON_PORT, else {PORT}",
    )
    serve.add_argument(
        "--origin", type=http_url, metavar="URL", help="an origin elsewhere, instead of one in this process"
    )
    serve.add_argument(
        "--passthrough",
        type=http_url,
        metavar="URL",
        help="the cache alone, in front of any HTTP origin, obeying its headers",
    )
    serve.add_argument(
        "--dev",
        action="store_true",
        help="for work on templates: no signatures, a gallery at /",
    )
    serve.set_defaults(run=_serve)
    origin = commands.add_parser(
        "origin", help="the rendering origin alone, for a Worker or an edge elsewhere"
    )
    origin.set_defaults(run=_origin)
    dev = commands.add_parser("dev", help="origin and Worker under wrangler dev, on a real workerd")
    dev.set_defaults(run=_dev)


def _serve(options: argparse.Namespace) -> int:
    if options.passthrough and options.origin:
        raise CommandError("--passthrough is an origin of its own; leave --origin out.")
    if options.dev:
        switch_to_development()
    from .embedded import run_serve  # late: `--help` and `sign` need no server

    return run_serve(options)


def _origin(_: argparse.Namespace) -> int:
    from ..server.__main__ import main

    return main()


def _dev(_: argparse.Namespace) -> int:
    from emblazon.edge.config import is_development

    from .dev import run_dev

    unsigned = {name: value for name, value in os.environ.items() if name != KEYS}
    if KEYS in FROM_FILES and is_development({"EMBLAZON_DEV": "1"} | unsigned):
        switch_to_development()
    return run_dev(root=find_home().root)
