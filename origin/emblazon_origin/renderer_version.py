"""The version of the renderer: a text that changes with anything that can change pixels."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path

from emblazon import __version__

# What changes pixels: these folders of the package, and these libraries.
_STAGES = ("template", "style", "text", "layout", "paint", "encode", "assets", "prepared")
_LIBRARIES = (
    "icu4py", "isal", "jinja2", "lxml", "numpy", "pillow", "pygments", "pyphen", "regex", "resvg-py",
    "selectolax", "tinycss2", "uharfbuzz",
)  # fmt: skip


def renderer_version() -> str:
    """Return a text that changes with anything that can change pixels; part of every cache key."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for stage in _STAGES:
        for path in sorted(p for p in (package / stage).rglob("*") if p.suffix in (".py", ".html")):
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    for name in ("render.py", "bound_request.py", "clusters.py"):
        digest.update((package / name).read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library}={_installed(library)}\n".encode())
    return f"{__version__}-{digest.hexdigest()[:12]}"


def _installed(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "none"
