"""`emblazon config`: what holds, and where it came from."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING

from ...home import find_home
from .secrets_file import FROM_FILES
from .settings import setting_defaults

if TYPE_CHECKING:
    from ..outputs import SettingOutput

DEFAULT = "default"
_SECRET = ("KEYS", "TOKEN", "SECRET", "PASSWORD", "WEBHOOK", "REDIS_URL", "DSN")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("config", help="which settings hold, and where each came from")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--all", action="store_true", help="also those that nothing sets")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print every setting; secrets show their length alone."""
    home = find_home()
    files = _secret_files()
    rows = [_row(name, default, files) for name, default in sorted(setting_defaults().items())]
    shown = [row for row in rows if options.all or row["source"] != DEFAULT]
    if options.json:
        print(json.dumps(shown, indent=2, ensure_ascii=False))
        return 0
    print(f"project {home.root}")
    wide = max((len(row["name"]) for row in shown), default=0)
    for row in shown:
        print(f"{row['name']:<{wide}}  {row['value'] or '-'}  ({row['source']})")
    if not shown:
        print("Nothing is set; everything is as documented, and --all prints it.")
    return 0


def _row(name: str, default: str, files: dict[str, str]) -> SettingOutput:
    """Return what holds: the environment and the files put below it, a secret file, the default."""
    if value := os.environ.get(name, "").strip():
        return {"name": name, "value": _shown(name, value), "source": FROM_FILES.get(name, "environment")}
    if name in files:
        return {"name": name, "value": _shown(name, files[name]), "source": "secret file"}
    return {"name": name, "value": default, "source": DEFAULT}


def _secret_files() -> dict[str, str]:
    from ...server.config import secret_files

    return secret_files(os.environ)


def _shown(name: str, value: str) -> str:
    if value and any(word in name for word in _SECRET):
        return f"({len(value)} characters, hidden)"
    return value
