"""Pictures by the hash of what they show. A name says everything: what is there needs no drawing, ever.

The store outlives the site's folder, which generators empty at each build. Files appear whole or not at
all, so that a run that is killed loses nothing but the card it was at.

Of many cards (`CardBatch`), those that the store has are there at once; the others are drawn once each, and
kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from emblazon.contract.canonical import canonical_query
from emblazon.contract.request import CardRequest
from emblazon.contract.schema import CONTENT_TYPES, Format

from .drawing import SitePicture, Task

ENDINGS = ("png", "jpg", "webp", "avif")

Owner = TypeVar("Owner")


def format_of(file: str) -> Format:
    """Return the format of a kept picture by its ending."""
    return next(name for name in CONTENT_TYPES if file.endswith(f".{name}"))


def card_name(request: CardRequest, renderer: str) -> str:
    """Return `template-hash`, which changes with anything that can change the picture."""
    said = json.dumps([renderer, request.template.version, canonical_query(request), request.format])
    return f"{request.template.name}-{hashlib.sha256(said.encode()).hexdigest()[:20]}"


@dataclass(frozen=True, slots=True)
class CardStore:
    """The folder that pictures are kept in."""

    folder: Path

    def find(self, name: str) -> Path | None:
        """Return the picture of that name, whatever its format."""
        for ending in ENDINGS:
            path = self.folder / f"{name}.{ending}"
            if path.is_file():
                return path
        return None

    def add(self, name: str, ending: str, data: bytes) -> Path:
        """Keep a picture; returns its path. Raises OSError."""
        path = self.folder / f"{name}.{ending}"
        write_whole(path, data)
        return path

    def publish(self, source: Path, folder: Path) -> Path:
        """Put a kept picture into the site, as a link where the file system can; returns its path there."""
        target = folder / source.name
        if not target.exists():
            folder.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except OSError:
                with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as part:
                    shutil.copyfile(source, part.name)
                os.replace(part.name, target)
        return target

    def prune(self, used: set[str]) -> int:
        """Remove pictures that no page shows any more; returns how many."""
        old = [
            path for path in self.folder.glob("*-*.*") if path.suffix[1:] in ENDINGS and path.name not in used
        ]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that no reader and no crash ever sees a part of it. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False)  # noqa: SIM115 - renamed below
    try:
        with part:
            part.write(data)
        os.chmod(part.name, 0o644)
        os.replace(part.name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part.name)
        raise


@dataclass(slots=True)
class CardBatch(Generic[Owner]):
    """Who waits for which picture: pages of a site, lines of a list."""

    store: CardStore
    tasks: list[Task] = field(default_factory=list)  # what is to be drawn
    _waiting: dict[str, list[Owner]] = field(default_factory=dict)

    def ask(self, name: str, request: CardRequest, owner: Owner) -> Path | None:
        """Return the picture of that name; None where it is to be drawn, and `owner` waits for it."""
        kept = self.store.find(name)
        if kept is None:
            if name not in self._waiting:
                self.tasks.append(Task(name, request))
            self._waiting.setdefault(name, []).append(owner)
        return kept

    def take(self, picture: SitePicture) -> tuple[list[Owner], Path | None]:
        """Keep a picture; return who waited for it, and where it is.

        It is nowhere where it could not be drawn, or lacks an image or a font: the next run tries again.
        """
        owners = self._waiting.pop(picture.key)
        if picture.error or picture.degraded:
            return owners, None
        return owners, self.store.add(picture.key, ending_of(picture), picture.data)


def ending_of(picture: SitePicture) -> str:
    """Return the ending of a picture's file, without a dot."""
    return next(name for name, kind in CONTENT_TYPES.items() if kind == picture.content_type)
