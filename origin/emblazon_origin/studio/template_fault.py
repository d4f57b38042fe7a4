"""An error of a template as the page shows it: file, line, what is wrong, and the lines around it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

_PLACE = re.compile(
    r"(?P<file>[^:\n]+\.(?:html|toml|json|css)):(?:(?P<line>\d+):)? *(?P<message>.*)", re.DOTALL
)
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_JSON_LINE = re.compile(r"line (\d+) column \d+")
_KEY_PATH = re.compile(r"[A-Za-z0-9_.]++(?=: )")
AROUND = 2  # lines before and after


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """What is wrong with a template; `line` is 1-based, 0 where it cannot be told."""

    message: str
    file: str = ""  # relative to the project where it is in it
    line: int = 0
    lines: tuple[tuple[int, str], ...] = ()  # (number, text) around the fault

    def data(self) -> dict[str, object]:
        """Return the fault as JSON values."""
        return asdict(self)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a look at the files found."""

    changed: dict[str, float] = field(default_factory=dict)  # template → milliseconds of its drawing
    faults: dict[str, TemplateFault] = field(default_factory=dict)  # "" is the project as a whole


def fault_of(error: Exception, root: Path) -> TemplateFault:
    """Return what an error of a template or a card says, with its place in the project at `root`."""
    text = str(error)
    place = _PLACE.match(text)
    if place is None:
        return TemplateFault(text)
    path, message = Path(place["file"]), place["message"]
    try:
        source = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        source = []
    line = int(place["line"] or 0) or _line_in(message, source)
    first = max(1, line - AROUND)
    around = tuple(enumerate(source[first - 1 : line + AROUND], first)) if line else ()
    return TemplateFault(message, shown_path(path, root), line, around)


def shown_path(path: Path, root: Path) -> str:
    """Return a path as the author knows it: from the project's folder, where it is in it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _line_in(message: str, source: list[str]) -> int:
    """Find the line that a message is about: said in it, or that of the key that it names."""
    if said := _TOML_LINE.search(message) or _JSON_LINE.search(message):
        return int(said[1])
    named = _KEY_PATH.match(message)
    if named is None:
        return 0
    wanted, _, key = named[0].rpartition(".")
    table = ""
    for number, text in enumerate(source, 1):
        if header := re.match(r"\s*\[([^\]]+)\]", text):
            table = header[1].strip()
            if table == named[0]:
                return number
        elif table == wanted and re.match(rf"\s*{re.escape(key)}\s*=", text):
            return number
    return 0
