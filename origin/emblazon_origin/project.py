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

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from emblazon.contract.problem import unknown_word

from .errors import WrongSettings
from .home import SETTINGS_FILE, Home
from .template.brand import Brand, read_brand

_TABLES = ("settings", "brand", "pages")
PREFIX = "EMBLAZON_"


class ProjectError(WrongSettings):
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


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables of a project's `.env`, as written; none where there is no such file."""
    from dotenv import dotenv_values  # late: most commands need none

    return {name: text for name, text in dotenv_values(path, interpolate=False).items() if text is not None}
