"""Notices that files changed, by time and size; cheap enough to ask twice a second."""

from __future__ import annotations

from pathlib import Path

_State = frozenset[tuple[str, int, int]]


class TreeWatch:
    """Watches folders, and single files."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots
        self._last = self._state()

    def changed(self) -> bool:
        """Return whether anything changed since the last call."""
        state = self._state()
        changed, self._last = state != self._last, state
        return changed

    def _state(self) -> _State:
        found = set()
        for root in self._roots:
            for path in (root, *root.rglob("*")):
                try:
                    stat = path.stat()
                except OSError:  # removed between listing and looking
                    continue
                if path.is_file() and not path.name.startswith("."):
                    found.add((str(path), stat.st_mtime_ns, stat.st_size))
        return frozenset(found)
