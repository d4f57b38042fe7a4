"""HTML elements that are not drawn as a browser would, with the reason."""

from __future__ import annotations

UNSUPPORTED_ELEMENTS = {
    "video": "video is not drawn", "audio": "audio is not drawn",
    "canvas": "a canvas is not drawn", "iframe": "frames are not drawn", "object": "objects are not drawn",
    "embed": "objects are not drawn", "input": "form controls are not drawn as such",
    "select": "form controls are not drawn as such", "textarea": "form controls are not drawn as such",
    "math": "MathML is not laid out", "marquee": "a marquee does not move", "progress": "not drawn",
    "meter": "not drawn", "script": "scripts do not run", "ruby": "ruby is not laid out",
    "frameset": "frames are not drawn",
}  # fmt: skip
