"""The lock of the fonts that Emblazon brings: other bytes would draw other pixels."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ...errors import AssetError
from ...home import folders
from .families import locate_font


def check_fonts(where: Path | Sequence[Path]) -> None:
    """Compare font files with their folder's `fonts.lock`; raises `AssetError` naming the first wrong one.

    A folder without a lock, as a project's own, is not checked.
    """
    for root in folders(where):
        if not (root / "fonts.lock").is_file():
            continue
        located = {Path(location).name: locate_font(root, location) for location in _locations(root)}
        for line in (root / "fonts.lock").read_text("utf-8").splitlines():
            digest, _, name = line.strip().partition("  ")
            if name:
                _check(located.get(name, root / "vendor" / name), digest)


def _locations(root: Path) -> Iterator[str]:
    """Yield what `fonts.toml` names, without the numbers of faces."""
    page = tomllib.loads((root / "fonts.toml").read_text("utf-8"))
    for family in page.get("family", ()):
        for spec in family["files"]:
            yield str(spec).partition("#")[0]


def _check(path: Path, digest: str) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AssetError(f"font file {path} is missing ({error.strerror}): {_FIX}") from error
    if found != digest:
        raise AssetError(f"font file {path} is damaged: it differs from fonts/fonts.lock; {_FIX}")


_FIX = "run `make` in a checkout, else pip install --force-reinstall its package"
