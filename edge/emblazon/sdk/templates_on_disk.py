"""Templates of a project as far as pages need them: the parameters, size and sentence of each `card.toml`.

The renderer reads the same files strictly, names every fault and makes the version; here a file with a fault
is passed over, since the page is not the place to mend it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ..contract.manifest import ManifestError, template_from_dict
from ..contract.schema import TemplateSpec

SETTINGS_FILE = "emblazon.toml"


def template_folders(start: Path) -> tuple[Path, ...]:
    """Return the folders of templates that a process in `start` draws from, a project's own first."""
    found: list[Path] = []
    for folder in (start, *start.parents):
        own = folder / "templates"
        if (folder / SETTINGS_FILE).is_file() or any(own.glob("*/card.toml")):
            found.append(own)
            break
    package = find_spec("emblazon_origin")
    origin = Path(package.origin).parent if package is not None and package.origin else None
    for folder in (origin / "builtin", *origin.parents) if origin is not None else ():
        if (folder / "templates").is_dir() and (folder / "fonts" / "fonts.toml").is_file():
            found.append(folder / "templates")
            break
    return tuple(dict.fromkeys(found))


def signature_of(folders: Sequence[Path]) -> tuple[object, ...]:
    """Return what changes with any of the files that `read_templates` reads."""
    return tuple(
        (str(path), (stat := path.stat()).st_mtime_ns, stat.st_size)
        for folder in folders
        for path in sorted(folder.glob("*/card.toml"))
    )


def read_templates(folders: Sequence[Path]) -> dict[str, TemplateSpec]:
    """Read every template; where two folders have one of a name, the first one's counts."""
    templates: dict[str, TemplateSpec] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*/card.toml"))):
        name = path.parent.name
        if name not in templates and (spec := read_template(path, name)) is not None:
            templates[name] = spec
    return templates


def read_template(path: Path, name: str) -> TemplateSpec | None:
    """Read one `card.toml`; None where it has a fault."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        members: dict[str, object] = {
            "version": "",
            "params": [{"name": param, **_plain(facts)} for param, facts in table.get("params", {}).items()],
            "fallback": _plain(table.get("fallback", {})),
            **{
                key: table[key]
                for key in ("variants", "experiment", "alt", "description", "safe_format")
                if key in table
            },
            **table.get("size", {}),
        }
        if "format" in table:
            members["default_format"] = table["format"]
        return template_from_dict(name, members)
    except (OSError, ValueError, AttributeError, TypeError, ManifestError):
        return None


def _plain(facts: dict[str, object]) -> dict[str, object]:
    """Turn TOML's own dates into the text that a URL would carry."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in facts.items()
    }
