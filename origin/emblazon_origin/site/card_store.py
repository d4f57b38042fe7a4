"""Pictures by the hash of what they show. A name says everything: what is there needs no drawing, ever.

The store outlives the site's folder, which generators empty at each build. Files appear whole or not at all,
so that a run that is killed loses nothing but the card it was at.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from emblazon.contract.canonical import canonical_query
from emblazon.contract.request import CardRequest
from emblazon.contract.schema import CONTENT_TYPES, Format

ENDINGS = ("png", "jpg", "webp", "avif")


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
