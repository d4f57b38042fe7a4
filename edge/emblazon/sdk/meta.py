"""The `<meta>` elements that a page needs for its card, as HTML."""

from __future__ import annotations

from html import escape

from ..contract.schema import CONTENT_TYPES, Format


def meta_tags(image_url: str, width: int, height: int, *, format: Format | None = None, alt: str = "") -> str:
    """One element per line: Open Graph's image and its facts, and the large card of X.

    `width` and `height` are pixels of the image; `format` is None where it is negotiated.
    """
    tags = [("property", "og:image", image_url)]
    if format is not None:
        tags.append(("property", "og:image:type", CONTENT_TYPES[format]))
    tags.append(("property", "og:image:width", str(width)))
    tags.append(("property", "og:image:height", str(height)))
    if alt:
        tags.append(("property", "og:image:alt", alt))
    tags.append(("name", "twitter:card", "summary_large_image"))
    tags.append(("name", "twitter:image", image_url))
    if alt:
        tags.append(("name", "twitter:image:alt", alt))
    return "\n".join(f'<meta {kind}="{name}" content="{escape(content)}">' for kind, name, content in tags)
