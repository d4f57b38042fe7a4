"""The catalogue of installed families: `fonts.toml`, the files under `vendor/`, and the user's own files.

Those that Emblazon brings are locked: other bytes would draw other pixels.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import uharfbuzz as hb

from ...errors import AssetError
from ...home import folders
from .face import Face, open_file

SUFFIXES = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2")
GENERICS = frozenset({
    "serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-serif", "ui-sans-serif",
    "ui-monospace", "ui-rounded", "math", "emoji", "fangsong",
})  # fmt: skip

COMMON = frozenset({"Zyyy", "Zinh", "Zzzz", "Zsye"})
_SYMBOLS = frozenset({"Zsym", "Zmth"})
_KINDS = {"sans-serif": "sans-serif", "serif": "serif", "monospace": "monospace", "cursive": "cursive"}


@dataclass(frozen=True, eq=False)
class FontFile:
    """One face of a file that is not opened before it is needed."""

    path: Path
    index: int
    opened: dict[Path, list[Face]] = field(repr=False)  # shared by the faces of one collection

    @property
    def face(self) -> Face:
        """The face, opened now if it was not; `AssetError` names a file that cannot serve."""
        faces = self.opened.get(self.path)
        if faces is None:
            faces = self.opened[self.path] = open_file(self.path)
        if self.index >= len(faces):
            raise AssetError(f"font file {self.path} has no face {self.index}")
        return faces[self.index]


@dataclass(eq=False)
class Family:
    """Faces that share a name; `scripts` (ISO 15924) and `langs` (BCP 47) say what it falls back for."""

    name: str
    files: tuple[FontFile, ...] = ()  # of fonts.toml
    scripts: frozenset[str] = frozenset()
    langs: tuple[str, ...] = ()
    only: bool = False  # falls back for its own scripts and nothing else
    kind: str = ""  # the generic family that it is, where fonts.toml says so
    dropped: list[Face] = field(default_factory=list)  # of files beside fonts.toml

    @property
    def faces(self) -> list[Face]:
        """All faces; files are opened when this is first asked for."""
        return [*self._listed, *self.dropped]

    @cached_property
    def _listed(self) -> list[Face]:
        return [file.face for file in self.files]

    @property
    def is_color(self) -> bool:
        """Whether it falls back for emoji."""
        return "Zsye" in self.scripts or any(face.is_color for face in self.dropped)

    def serves(self, script: str) -> bool:
        """Whether it may fall back for a script; symbols have no script of their own."""
        wanted = _SYMBOLS if script in COMMON else {script}
        return not self.only or bool(self.scripts & wanted)


@dataclass(eq=False)
class Catalog:
    """Installed families in fallback order, with their names, aliases and generic keywords (lower-case)."""

    families: list[Family]
    names: dict[str, Family]
    default: Family
    optical_sizing: bool  # whether installed faces follow font-optical-sizing
    fallback_weights: bool  # whether fallback fonts take the style's weight
    inventory: str  # one line per face, for template versions
    covered: dict[str, hb.Set] = field(default_factory=dict, repr=False)  # by script, where that was asked

    def learn(self, script: str) -> None:
        """Note what characters the families have that fall back for a script; their files are opened."""
        covered = hb.Set()
        for family in self.families:
            for face in family.faces if family.serves(script) else ():
                covered |= face.coverage
        self.covered[script] = covered

    def find(self, name: str) -> Family | None:
        """Return a family by name, alias or generic keyword, any case."""
        return self.names.get(name.lower())

    def face_named(self, name: str) -> Face | None:
        """Return the face whose full or PostScript name is `name`, as `local()` asks."""
        wanted = name.lower()
        for family in self.families:
            if family.only and not wanted.startswith(family.name.lower()):
                continue
            for face in family.faces:
                if wanted in face.full_names:
                    return face
        family_named = self.names.get(wanted)
        return family_named.faces[0] if family_named else None


def read_catalog(where: Path | Sequence[Path]) -> Catalog:
    """Read the catalogue of a folder, or of several: what an earlier one has goes before.

    `AssetError` names the file at fault and the way out.
    """
    roots = folders(where)
    pages = [_read_page(root / "fonts.toml") for root in roots]
    families: list[Family] = []
    names: dict[str, Family] = {}
    for number, (root, page) in enumerate(zip(roots, pages, strict=True)):
        _add_listed(root, page, families, names)
        if number < len(roots) - 1:
            _add_dropped(root, families, names)
    _add_dropped(roots[-1], families, names)
    if not families:
        raise AssetError(
            f"no fonts under {roots[-1]}: run `make` to fill {roots[-1] / 'vendor'}, or drop a file there"
        )
    generics = _merged(pages, "generic")
    for generic, target in generics.items():
        found = names.get(str(target).lower())
        if found is None:
            first = roots[0] / "fonts.toml"
            raise AssetError(f"{first}: generic {generic!r} names the family {target!r}, which is not there")
        names[generic.lower()] = found
        found.kind = found.kind or _KINDS.get(generic.lower(), "")
    options = _merged(pages, "default")
    default_name = str(options.get("family", families[0].name))
    default = names.get(default_name.lower())
    if default is None:
        raise AssetError(f"{roots[0] / 'fonts.toml'}: default family {default_name!r} is not there")
    return Catalog(
        families,
        names,
        default,
        optical_sizing=bool(options.get("optical_sizing", False)),
        fallback_weights=bool(options.get("fallback_weights", False)),
        inventory=_inventory(families) + f"\n{sorted(generics.items())}{sorted(options.items())}",
    )


def _read_page(page: Path) -> dict[str, Any]:
    """Return `fonts.toml`, empty where there is none."""
    if not page.exists():
        return {}
    try:
        return tomllib.loads(page.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AssetError(f"{page}: {error}") from error


def _merged(pages: Sequence[Mapping[str, Any]], table: str) -> dict[str, Any]:
    """Return one table of all pages; an earlier page's values hold."""
    merged: dict[str, Any] = {}
    for page in reversed(pages):
        merged |= page.get(table, {})
    return merged


def _add_listed(
    root: Path, page: Mapping[str, Any], families: list[Family], names: dict[str, Family]
) -> None:
    """Add the families of a page; one that an earlier folder has under the same name stays as it is there."""
    earlier = set(names)
    opened: dict[Path, list[Face]] = {}
    for entry in page.get("family", ()):
        if str(entry["name"]).lower() in earlier:
            continue
        family = _listed_family(root, entry, opened)
        families.append(family)
        for name in (family.name, *entry.get("aliases", ())):
            names.setdefault(name.lower(), family)


def _listed_family(root: Path, entry: dict[str, Any], opened: dict[Path, list[Face]]) -> Family:
    files = []
    for spec in entry["files"]:
        location, _, number = str(spec).partition("#")
        path = locate_font(root, location)
        if not path.exists():
            raise AssetError(f"font file {path} is missing (family {entry['name']!r}): run `make`")
        files.append(FontFile(path, int(number) if number else 0, opened))
    scripts = frozenset(map(str, entry.get("scripts", ())))
    langs = tuple(map(str, entry.get("langs", ())))
    return Family(str(entry["name"]), tuple(files), scripts, langs, bool(entry.get("only", False)))


def locate_font(root: Path, location: str) -> Path:
    """Return the file that an entry of fonts.toml names; it may be missing.

    It is a path beside the page, or `package:path`: vendored under `root`, else inside the installed package.
    """
    package, found, path = location.partition(":")
    vendored = root / "vendor" / location.rpartition(":")[2].rpartition("/")[2]
    if not found:
        return own if (own := root / location).exists() else vendored
    if vendored.exists():
        return vendored
    from importlib import metadata  # late: it loads the parser of e-mail

    try:
        return Path(str(metadata.distribution(package).locate_file(path)))
    except metadata.PackageNotFoundError:
        return vendored


def _add_dropped(root: Path, families: list[Family], names: dict[str, Family]) -> None:
    known = {str(file.path) for family in families for file in family.files}
    known |= {face.source for family in families for face in family.dropped}
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() not in SUFFIXES or not path.is_file() or str(path) in known:
            continue
        if (root / "vendor") in path.parents and known:
            continue  # vendor/ belongs to fonts.toml
        for face in open_file(path):
            family = names.get(face.family.lower())
            if family is None:
                family = names[face.family.lower()] = Family(face.family)
                families.append(family)
            family.dropped.append(face)


def _inventory(families: list[Family]) -> str:
    listed = [
        f"{family.name}|{file.path.name}|{file.index}|{file.path.stat().st_size}"
        for family in families
        for file in family.files
    ]
    dropped = [
        f"{family.name}|{Path(face.source).name}|{face.index}|{face.size}"
        for family in families
        for face in family.dropped
    ]
    return "\n".join(listed + dropped)


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
