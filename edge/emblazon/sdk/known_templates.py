"""Where the SDK learns what templates there are, when nobody tells it: the project on disk, else the edge.

`EMBLAZON_MANIFEST` names a file made by `emblazon manifest`, an address, or `off`. Else the folder with
`emblazon.toml` or `templates/` at or above the working directory is read, with the templates that Emblazon
brings; a template that is not there is asked of the edge's `/manifest.json`, once in five minutes, and no
page waits for it longer than half a second.

Of a `card.toml` only what pages need is read: parameters, size and sentence. The renderer reads the same
files strictly, names every fault and makes the version; here a file with a fault is passed over, since the
page is not the place to mend it.
"""

from __future__ import annotations

import os
import threading
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from ..contract.manifest import ManifestError, manifest_from_json, template_from_dict
from ..contract.problem import did_you_mean
from ..contract.schema import Manifest, TemplateSpec
from .telling import InvalidCard

MANIFEST = "EMBLAZON_MANIFEST"
FRESH = 300.0  # seconds that an edge's manifest is taken as it is
RETRY = 60.0  # seconds after a failure
FIRST_WAIT = 0.5  # seconds that the first card waits for an edge
LOOK_EVERY = 1.0  # seconds between two looks at the files
MAX_BYTES = 4 * 1024 * 1024

SETTINGS_FILE = "emblazon.toml"


def known_template(name: str, base_url: str) -> tuple[TemplateSpec | None, list[str]]:
    """Return what is known of a template, and the names of all known ones; none where nothing is known."""
    setting = os.environ.get(MANIFEST, "").strip()
    if setting.lower() in ("off", "none"):
        return None, []
    if setting and not setting.startswith(("http://", "https://")):
        templates = manifest_file(setting).templates
        return templates.get(name), sorted(templates)
    local = {} if setting else _disk.templates()
    if name in local:
        return local[name], sorted(local)
    remote = _edge_of(setting or f"{base_url}/manifest.json").templates()
    if remote is None:
        # The edge may know more than this folder: only what looks misspelt is told.
        return None, sorted(local) if did_you_mean(name, [*local]) else []
    return remote.get(name), sorted({*local, *remote})


def manifest_file(path: str | Path) -> Manifest:
    """Read a manifest from a file; raises InvalidCard."""
    try:
        return manifest_from_json(Path(path).read_bytes())
    except (OSError, ManifestError) as error:
        raise InvalidCard(f"The manifest cannot be used: {error}") from None


@dataclass(slots=True)
class _Disk:
    """The templates of the project that this process runs in, read again when they change."""

    _folders: tuple[Path, ...] = ()
    _signature: tuple[object, ...] = ()
    _templates: dict[str, TemplateSpec] = field(default_factory=dict)
    _looked_at: float = float("-inf")

    def templates(self) -> dict[str, TemplateSpec]:
        """Return what is there now."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_EVERY:
            self._looked_at = now
            folders = template_folders(Path.cwd())
            signature = signature_of(folders)
            if signature != self._signature:
                self._signature, self._templates = signature, read_templates(folders)
        return self._templates


class _Edge:
    """One edge's manifest, fetched by a thread of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._known: dict[str, TemplateSpec] | None = None
        self._next = float("-inf")
        self._arrived = threading.Event()
        self._lock = threading.Lock()

    def templates(self) -> dict[str, TemplateSpec] | None:
        """Return what the edge said last; None while it has said nothing."""
        with self._lock:
            due = time.monotonic() >= self._next
            if due:
                self._next = time.monotonic() + RETRY
                threading.Thread(target=self._fetch, name="emblazon-manifest", daemon=True).start()
        if due and self._known is None:
            self._arrived.wait(FIRST_WAIT)
        return self._known

    def _fetch(self) -> None:
        from urllib.request import Request, urlopen

        try:
            request = Request(self._url, headers={"User-Agent": "emblazon-sdk"})  # noqa: S310 - http(s) alone
            with urlopen(request, timeout=5.0) as answer:  # noqa: S310 - as above
                self._known = manifest_from_json(answer.read(MAX_BYTES)).templates
            self._next = time.monotonic() + FRESH
        except (OSError, ValueError):  # no edge, no such route, not a manifest: the edge itself will tell
            pass
        finally:
            self._arrived.set()


_disk = _Disk()
_edges: dict[str, _Edge] = {}


def _edge_of(url: str) -> _Edge:
    return _edges.setdefault(url, _Edge(url))


def forget() -> None:
    """Forget everything that was learnt, for tests and after a change of the working directory."""
    global _disk
    _disk = _Disk()
    _edges.clear()


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
