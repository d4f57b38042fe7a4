"""The corpus: small cards over every feature, one HTML file each, grouped by folder.

`name@2.html` is drawn on a screen of two device pixels per px.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
WIDTH, HEIGHT = 480, 252
GROUPS = ("layout", "text", "paint", "scripts")


@dataclass(frozen=True, slots=True)
class Case:
    """One card of the corpus."""

    group: str
    name: str
    path: Path

    @property
    def id(self) -> str:
        """`group/name`."""
        return f"{self.group}/{self.name}"

    @property
    def scale(self) -> float:
        """Device pixels per px."""
        return float(self.name.partition("@")[2] or 1.0)


def cases() -> list[Case]:
    """Return every case, by group and name."""
    return [
        Case(group, path.stem, path)
        for group in GROUPS
        for path in sorted((FOLDER / "cases" / group).glob("*.html"))
    ]
