"""Notices that files changed, by what a listing tells of them; cheap enough to ask twice a second."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

SETTLE = 0.05  # seconds without a change after which nobody is writing any more
MOST_WAITS = 40  # where something never stops to write

_State = frozenset[tuple[str | int, ...]]


class TreeWatch:
    """Watches folders, and single files. What a link leads to belongs to the tree."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self._roots = roots
        self._last = self._state()

    def changed(self) -> bool:
        """Return whether anything changed since the last call."""
        state = self._state()
        changed, self._last = state != self._last, state
        return changed

    async def settled(self) -> bool:
        """Return whether anything changed since the last call; who is still writing is waited for.

        Many editors save by emptying a file and filling it again: read in between, it would be at fault.
        """
        if not await asyncio.to_thread(self.changed):
            return False
        for _ in range(MOST_WAITS):
            await asyncio.sleep(SETTLE)
            if not await asyncio.to_thread(self.changed):
                break
        return True

    def _state(self) -> _State:
        found = set()
        for path in self._files():
            try:
                stat = path.stat()
            except OSError:  # removed between listing and looking
                continue
            # A file put in another's place may have its size and, by design or by `cp -p`, its time.
            found.add((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_ctime_ns))
        return frozenset(found)

    def _files(self) -> Iterator[Path]:
        seen: set[str] = set()  # folders: links may form a circle
        for root in self._roots:
            if root.is_file():
                yield root
            for folder, below, names in os.walk(root, followlinks=True):
                real = os.path.realpath(folder)
                if real in seen:
                    below.clear()
                    continue
                seen.add(real)
                yield from (Path(folder, name) for name in names if not name.startswith("."))
