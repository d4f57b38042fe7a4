"""Where the SDK learns what templates there are, when nobody tells it: the project on disk, else the edge.

`EMBLAZON_MANIFEST` names a file made by `emblazon manifest`, an address, or `off`. Else the folder with
`emblazon.toml` or `templates/` at or above the working directory is read, with the templates that Emblazon
brings; a template that is not there is asked of the edge's `/manifest.json`, once in five minutes, and no
page waits for it longer than half a second.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from ..contract.manifest import ManifestError, manifest_from_json
from ..contract.problem import did_you_mean
from ..contract.schema import Manifest, TemplateSpec
from .invalid_card import InvalidCard
from .templates_on_disk import read_templates, signature_of, template_folders

MANIFEST = "EMBLAZON_MANIFEST"
FRESH = 300.0  # seconds that an edge's manifest is taken as it is
RETRY = 60.0  # seconds after a failure
FIRST_WAIT = 0.5  # seconds that the first card waits for an edge
LOOK_EVERY = 1.0  # seconds between two looks at the files
MAX_BYTES = 4 * 1024 * 1024


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
