"""Where templates and fonts are: a project's own, then those that Emblazon brings."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import EmblazonError

SETTINGS_FILE = "emblazon.toml"


class HomeError(EmblazonError):
    """The folder that EMBLAZON_HOME names is not there, or the package lost its own files."""


@dataclass(frozen=True, slots=True)
class Home:
    """A project's folder, and the one with what Emblazon brings; in a checkout they are one.

    What the project has goes before what is built in: a template by its name, a font by its family.
    """

    root: Path
    builtin: Path

    @property
    def templates(self) -> tuple[Path, ...]:
        """Folders with one folder per template, the project's own first."""
        return self._layers("templates")

    @property
    def fonts(self) -> tuple[Path, ...]:
        """Folders with `fonts.toml` and font files, the project's own first."""
        return self._layers("fonts")

    @property
    def watched(self) -> tuple[Path, ...]:
        """What is drawn with: a change in it shows at once in development."""
        return (*self.templates, *self.fonts, self.root / SETTINGS_FILE)

    @property
    def own_templates(self) -> Path:
        """Where the project's own templates are, or would be."""
        return self.root / "templates"

    @property
    def state(self) -> Path:
        """Caches and databases of the local server; safe to delete."""
        return state_folder(self.root)

    def writable_state(self) -> tuple[Path | None, str]:
        """Return the state folder, made if need be; None and the reason where it cannot be written to."""
        try:
            self.state.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.state):
                return self.state, ""
        except OSError as error:
            return None, f"{self.state}: {error.strerror or error}"

    def _layers(self, name: str) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((self.root / name, self.builtin / name)))


def state_folder(root: Path) -> Path:
    """Return where a project's state is kept: where EMBLAZON_STATE_DIR says, else in the project."""
    named = os.environ.get("EMBLAZON_STATE_DIR")
    return Path(named).expanduser().resolve() if named else root / ".emblazon"


def folders(where: Path | Sequence[Path]) -> tuple[Path, ...]:
    """Return one folder or several as a tuple."""
    return (where,) if isinstance(where, Path) else tuple(where)


def builtin_folder() -> Path:
    """Return the folder with the templates and fonts that Emblazon brings: in the wheel, or the checkout.

    Raises `HomeError` where neither is there.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "builtin", *package.parents):
        if _is_complete(folder):
            return folder
    raise HomeError(
        'The templates and fonts of Emblazon are missing; run pip install "emblazon[origin]" again.'
    )


def find_home(start: Path | None = None) -> Home:
    """Return the project's folder with what is built in. Raises `HomeError`."""
    return Home(project_folder(start), builtin_folder())


def project_folder(start: Path | None = None) -> Path:
    """Return the folder that EMBLAZON_HOME names, else the nearest project at or above `start`.

    A project has `emblazon.toml`, or `templates/` with `fonts/fonts.toml`. Where there is none, `start` is
    one without files of its own. Raises `HomeError`.
    """
    named = os.environ.get("EMBLAZON_HOME")
    if named:
        folder = Path(named).expanduser().resolve()
        if not folder.is_dir():
            raise HomeError(f"EMBLAZON_HOME={named} is no folder; it is the one with emblazon.toml.")
        return folder
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file() or _is_complete(folder):
            return folder
    return here


def _is_complete(folder: Path) -> bool:
    return (folder / "fonts" / "fonts.toml").is_file() and (folder / "templates").is_dir()
