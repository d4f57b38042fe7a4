"""What a run has warmed, a line each, so that a stopped run can go on."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(slots=True)
class WarmJournal:
    """The file of one run; a run of the same sources has the same file. Without a path nothing is kept."""

    path: Path | None
    _file: BinaryIO | None = None

    @classmethod
    def of(cls, sources: Iterable[str], state: Path | None) -> WarmJournal:
        """Return the journal of a run over these sources."""
        name = hashlib.sha256("\n".join(sources).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return cls(state / "warm" / name if state is not None else None)

    def begin(self, *, resume: bool) -> set[str]:
        """Open the file; return what the last run has warmed where this one goes on. Raises OSError."""
        if self.path is None:
            return set()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a+b")
        self._file.seek(0)
        kept = self._file.read() if resume else b""
        whole = kept[: kept.rfind(b"\n") + 1]  # a crash may have cut the last line off
        self._file.truncate(len(whole))
        return set(whole.decode("utf-8", "surrogateescape").splitlines())

    def add(self, url: str) -> None:
        """Note one address, at once."""
        if self._file is not None:
            self._file.write(f"{url}\n".encode("utf-8", "surrogateescape"))
            self._file.flush()

    def end(self, *, complete: bool) -> None:
        """Close the file, and remove it where nothing is left to do."""
        if self._file is not None:
            self._file.close()
        if complete and self.path is not None:
            with contextlib.suppress(OSError):
                self.path.unlink()
