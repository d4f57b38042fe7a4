"""Which settings hold: the environment's, over the project's `.env`, over its `emblazon.toml`."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping

from emblazon.contract.problem import unknown_word
from emblazon.edge.config import EdgeConfig

from ...project import PREFIX, Project, ProjectError
from ...server.config import variables
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
            FROM_FILES.add(name)


def known_variables() -> frozenset[str]:
    """Return every EMBLAZON_… variable that the edge, the origin or a command reads."""
    asked = _Asked({"EMBLAZON_ORIGIN_URL": "http://127.0.0.1", "EMBLAZON_DEV": "1"})
    EdgeConfig.from_env(asked)
    return frozenset(asked.names) | frozenset(variables()) | _OF_COMMANDS


_OF_COMMANDS = frozenset({
    "EMBLAZON_HOST", "EMBLAZON_PORT", "EMBLAZON_EDGE_PORT", "EMBLAZON_ORIGIN_PORT", "EMBLAZON_STATE_DIR",
    "EMBLAZON_SECRETS_DIR", "EMBLAZON_SIGNING_KEYS", "EMBLAZON_PURGE_TOKEN", "EMBLAZON_PUBLIC_URL",
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
