"""Where Emblazon's own files are: the folder that holds `templates/` and `fonts/fonts.toml`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from .errors import EmblazonError


class HomeError(EmblazonError):
    """No folder with templates and fonts was found."""


@dataclass(frozen=True, slots=True)
class Home:
    """The project folder and what lies in it."""

    root: Path

    @property
    def templates(self) -> Path:
        """One folder per template."""
        return self.root / "templates"

    @property
    def fonts(self) -> Path:
        """`fonts.toml`, the user's own font files, and `vendor/`."""
        return self.root / "fonts"

    @property
    def state(self) -> Path:
        """Caches and databases of the local server; safe to delete."""
        return self.root / ".emblazon"


def _is_home(folder: Path) -> bool:
    return (folder / "fonts" / "fonts.toml").is_file() and (folder / "templates").is_dir()


def find_home(start: Path | None = None) -> Home:
    """Return the folder named by EMBLAZON_HOME, else the nearest one above `start` or above this package.

    Raises `HomeError` where none has `fonts/fonts.toml` and `templates/`.
    """
    named = os.environ.get("EMBLAZON_HOME")
    if named:
        folder = Path(named).expanduser().resolve()
        if not _is_home(folder):
            raise HomeError(
                f"EMBLAZON_HOME={named} has no fonts/fonts.toml and templates/; point it at a checkout."
            )
        return Home(folder)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents, *Path(__file__).resolve().parents):
        if _is_home(folder):
            return Home(folder)
    raise HomeError(
        f"No templates/ and fonts/fonts.toml at or above {here}; run inside a checkout or set EMBLAZON_HOME."
    )
