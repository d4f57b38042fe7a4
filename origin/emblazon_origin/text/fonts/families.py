"""The catalogue of installed families: `fonts.toml`, the files under `vendor/`, and the user's own files."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...errors import AssetError
from .face import Face, open_file

SUFFIXES = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2")
GENERICS = frozenset({
    "serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-serif", "ui-sans-serif",
    "ui-monospace", "ui-rounded", "math", "emoji", "fangsong",
})  # fmt: skip


_KINDS = {"sans-serif": "sans-serif", "serif": "serif", "monospace": "monospace", "cursive": "cursive"}


@dataclass(eq=False)
class Family:
    """Faces that share a name; `scripts` (ISO 15924) and `langs` (BCP 47) say what it falls back for."""

    name: str
    faces: list[Face] = field(default_factory=list)
    scripts: frozenset[str] = frozenset()
    langs: tuple[str, ...] = ()
    kind: str = ""  # the generic family that it is, where fonts.toml says so


@dataclass(eq=False)
class Catalog:
    """Installed families in fallback order, with their names, aliases and generic keywords (lower-case)."""

    families: list[Family]
    names: dict[str, Family]
    default: Family
    optical_sizing: bool  # whether installed faces follow font-optical-sizing
    fallback_weights: bool  # whether fallback fonts take the style's weight
    inventory: str  # one line per face, for template versions

    def find(self, name: str) -> Family | None:
        """Return a family by name, alias or generic keyword, any case."""
        return self.names.get(name.lower())

    def face_named(self, name: str) -> Face | None:
        """Return the face whose full or PostScript name is `name`, as `local()` asks."""
        wanted = name.lower()
        for family in self.families:
            for face in family.faces:
                if wanted in face.full_names:
                    return face
        family_named = self.names.get(wanted)
        return family_named.faces[0] if family_named else None


def read_catalog(root: Path) -> Catalog:
    """Read the catalogue under `root`; `AssetError` names the file at fault and the way out."""
    page = root / "fonts.toml"
    config: dict[str, Any] = {}
    if page.exists():
        try:
            config = tomllib.loads(page.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise AssetError(f"{page}: {error}") from error
    opened: dict[Path, list[Face]] = {}
    families = [_listed_family(root, entry, opened) for entry in config.get("family", ())]
    names: dict[str, Family] = {}
    for family, entry in zip(families, config.get("family", ()), strict=True):
        for name in (family.name, *entry.get("aliases", ())):
            names.setdefault(name.lower(), family)
    _add_dropped(root, families, names)
    if not families:
        raise AssetError(
            f"no fonts under {root}: run `make` to fill {root / 'vendor'}, or drop a font file there"
        )
    generics = config.get("generic", {})
    for generic, target in generics.items():
        found = names.get(str(target).lower())
        if found is None:
            raise AssetError(f"{page}: generic {generic!r} names the family {target!r}, which is not there")
        names[generic.lower()] = found
        found.kind = found.kind or _KINDS.get(generic.lower(), "")
    default_name = str(config.get("default", {}).get("family", families[0].name))
    default = names.get(default_name.lower())
    if default is None:
        raise AssetError(f"{page}: default family {default_name!r} is not there")
    options = config.get("default", {})
    return Catalog(
        families,
        names,
        default,
        optical_sizing=bool(options.get("optical_sizing", False)),
        fallback_weights=bool(options.get("fallback_weights", False)),
        inventory=_inventory(families)
        + f"\n{sorted(config.get('generic', {}).items())}{sorted(options.items())}",
    )


def _listed_family(root: Path, entry: dict[str, Any], opened: dict[Path, list[Face]]) -> Family:
    faces = []
    for spec in entry["files"]:
        location, _, number = str(spec).partition("#")
        path = _locate(root, location)
        if path not in opened:
            if not path.exists():
                raise AssetError(f"font file {path} is missing (family {entry['name']!r}): run `make`")
            opened[path] = open_file(path)
        index = int(number) if number else 0
        if index >= len(opened[path]):
            raise AssetError(f"font file {path} has no face {index} (family {entry['name']!r})")
        faces.append(opened[path][index])
    scripts = frozenset(map(str, entry.get("scripts", ())))
    return Family(str(entry["name"]), faces, scripts, tuple(map(str, entry.get("langs", ()))))


def _locate(root: Path, location: str) -> Path:
    """A file beside fonts.toml by its relative path, or one that set-up copied out of a package."""
    own = root / location
    if ":" not in location and own.exists():
        return own
    return root / "vendor" / location.rpartition(":")[2].rpartition("/")[2]


def _add_dropped(root: Path, families: list[Family], names: dict[str, Family]) -> None:
    known = {face.source for family in families for face in family.faces}
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
            family.faces.append(face)


def _inventory(families: list[Family]) -> str:
    return "\n".join(
        f"{family.name}|{Path(face.source).name}|{face.index}|{face.size}"
        for family in families
        for face in family.faces
    )
