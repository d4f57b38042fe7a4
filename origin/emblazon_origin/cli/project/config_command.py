"""`emblazon config`: what holds, and where it came from."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from ...home import SETTINGS_FILE, find_home
from ...project import read_project
from .secrets_file import read_env_file
from .settings import known_variables

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
    file, env_file = read_project(home).settings, _env_file(home.root)
    rows = []
    for name in sorted(known_variables() | file.keys() | env_file.keys()):
        source = _source(name, file, env_file)
        if source or options.all:
            value = os.environ.get(name, "")
            rows.append({"name": name, "value": _shown(name, value), "source": source or "default"})
    if options.json:
        print(json.dumps(rows, indent=2))
        return 0
    print(f"project {home.root}")
    wide = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        print(f"{row['name']:<{wide}}  {row['value']}  ({row['source']})")
    if not rows:
        print("Nothing is set; everything is as documented.")
    return 0


def _env_file(root: Path) -> dict[str, str]:
    return read_env_file(root / ".env") if (root / ".env").is_file() else {}


def _source(name: str, file: object, env_file: dict[str, str]) -> str:
    settings = file if isinstance(file, dict) else {}
    value = os.environ.get(name)
    if value is None:
        return ""
    if env_file.get(name) == value:
        return ".env"
    return SETTINGS_FILE if settings.get(name) == value else "environment"


def _shown(name: str, value: str) -> str:
    if value and any(word in name for word in _SECRET):
        return f"({len(value)} characters, hidden)"
    return value
