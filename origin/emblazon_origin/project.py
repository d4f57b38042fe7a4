"""`emblazon.toml`: what a project says once, for every command, server and render process.

    [settings]                     any EMBLAZON_… variable in lower case without its prefix
    signing_keys = "k1:…"
    public_url = "https://og.example.com"

    [brand]                        name, logo, logo_dark, image, accent, background, ink, font, …
    name = "Meridian"

    [[pages.rule]]                 which template `emblazon pages` takes for which page
    path = "/blog/**"
    template = "article"

The environment goes before `[settings]`. The file lies in the project's folder (`home`).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path

from emblazon.contract.problem import unknown_word

from .errors import EmblazonError
from .home import SETTINGS_FILE, Home
from .template.brand import Brand, read_brand

_TABLES = ("settings", "brand", "pages")
PREFIX = "EMBLAZON_"


class ProjectError(EmblazonError):
    """`emblazon.toml` is wrong; the message names the place and the fix."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project's folder and what its `emblazon.toml` says; empty where there is none."""

    file: Path
    settings: Mapping[str, str] = field(default_factory=dict)  # by variable, EMBLAZON_…
    brand: Brand = field(default_factory=Brand)
    pages: Mapping[str, object] = field(default_factory=dict)  # as written; `emblazon pages` reads it


def read_project(home: Home) -> Project:
    """Read the project's `emblazon.toml`. Raises `ProjectError`, and `TemplateError` for the brand."""
    file = home.root / SETTINGS_FILE
    if not file.is_file():
        return Project(file)
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{file}: not valid TOML: {error}") from None
    for name, table in data.items():
        if name not in _TABLES:
            raise ProjectError(f"{file}: {unknown_word('Table', name, list(_TABLES))[0]}")
        if not isinstance(table, dict):
            raise ProjectError(f"{file}: {name}: expected a table, [{name}]")
    settings = {
        PREFIX + key.upper(): _text(file, key, value) for key, value in data.get("settings", {}).items()
    }
    brand = read_brand(data.get("brand", {}), home.root, file)
    return Project(file, settings, brand, data.get("pages", {}))


def apply_settings(project: Project, environment: MutableMapping[str, str] = os.environ) -> None:
    """Put the project's settings below what the environment already says.

    Raises `ProjectError` for a name that no part of Emblazon reads.
    """
    if not project.settings:
        return
    known = known_variables()
    for name, value in project.settings.items():
        if name not in known:
            said = name.removeprefix(PREFIX).lower()
            words = [variable.removeprefix(PREFIX).lower() for variable in sorted(known)]
            raise ProjectError(f"{project.file}: settings: {unknown_word('Setting', said, words)[0]}")
        environment.setdefault(name, value)


def known_variables() -> frozenset[str]:
    """Return every EMBLAZON_… variable that the edge, the origin or a command reads."""
    from emblazon.edge.config import EdgeConfig  # late: most commands need neither

    from .server.config import OriginConfig

    asked = _Asked({"EMBLAZON_ORIGIN_URL": "http://127.0.0.1", "EMBLAZON_DEV": "1"})
    EdgeConfig.from_env(asked)
    OriginConfig.from_env(asked)
    return frozenset(asked.names) | _OF_COMMANDS


_OF_COMMANDS = frozenset({
    "EMBLAZON_HOST", "EMBLAZON_PORT", "EMBLAZON_EDGE_PORT", "EMBLAZON_ORIGIN_PORT", "EMBLAZON_STATE_DIR",
    "EMBLAZON_SIGNING_KEYS", "EMBLAZON_PURGE_TOKEN", "EMBLAZON_PUBLIC_URL",
})  # fmt: skip


class _Asked(dict[str, str]):
    """An environment that remembers which variables it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]  # notes the name
        self.names.add(name)
        return super().get(name, default)

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.names.add(str(name))
        return super().__contains__(name)


def _text(file: Path, key: str, value: object) -> str:
    """Write a TOML value as the variable would carry it."""
    match value:
        case bool():
            return "1" if value else "0"
        case str() | int() | float():
            return str(value)
        case list() if all(isinstance(item, str | int) for item in value):
            return ",".join(str(item) for item in value)
    raise ProjectError(f"{file}: settings.{key}: expected a text, a number, true, false, or a list of texts")
