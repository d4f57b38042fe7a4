"""Which settings hold: the environment's, over the project's `.env`, over its `emblazon.toml`."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

from emblazon.contract.problem import unknown_word
from emblazon.edge.config import NEUTRAL, EdgeConfig

from ...home import SETTINGS_FILE
from ...project import PREFIX, Project, ProjectError
from ...server.config import SECRETS_DIR, describe
from .secrets_file import FROM_FILES


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
        if name not in environment:
            environment[name] = value
            FROM_FILES[name] = SETTINGS_FILE


def known_variables() -> frozenset[str]:
    """Return every EMBLAZON_… variable that a command, a server or a site on this machine reads."""
    return frozenset(setting_defaults())


def setting_defaults() -> dict[str, str]:
    """Return every variable with what holds where nothing sets it; empty where that is nothing."""
    asked = _Asked({"EMBLAZON_ORIGIN_URL": "http://127.0.0.1", "EMBLAZON_DEV": "1"})
    EdgeConfig.from_env(asked)
    edge = EdgeConfig()
    of_edge = {name: _plain(getattr(edge, name.removeprefix(PREFIX).lower(), "")) for name in asked.names}
    of_origin = {variable: default for variable, default, _ in describe()}
    return {**of_edge, **_WORDS, **of_origin, **_OF_COMMANDS}


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)


# Defaults of the edge that are no values of its own, but words.
_WORDS = {
    "EMBLAZON_SIGNING": "on",
    "EMBLAZON_STRICT_PARAMS": "0",
    "EMBLAZON_IGNORE_PARAMS": "default",
    "EMBLAZON_FALLBACK_COLOR": "#{:02x}{:02x}{:02x}".format(*NEUTRAL),
}
# What neither the edge nor the origin reads, but commands and the SDK do.
_OF_COMMANDS = {
    "EMBLAZON_HOST": "127.0.0.1",
    "EMBLAZON_PORT": "8080",
    "EMBLAZON_EDGE_PORT": "8787",
    "EMBLAZON_STATE_DIR": ".emblazon",
    "EMBLAZON_SECRETS_DIR": SECRETS_DIR,
    "EMBLAZON_TRUSTED_PROXIES": "",
    "EMBLAZON_SIGNING_KEYS": "",
    "EMBLAZON_ACCOUNT_ID": "",
    "EMBLAZON_ANALYTICS_TOKEN": "",
    "EMBLAZON_MANIFEST": "",
    "EMBLAZON_SITE_URL": "",
    "EMBLAZON_STRICT": "",
}


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
