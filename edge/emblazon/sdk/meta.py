"""What a page says about its card: `<meta>` elements, pairs for other renderers, schema.org's ImageObject.

The alternative text is the sentence in the template's `card.toml`: `{name}` is a parameter, and a part in
square brackets is left out where a parameter in it is not given: `{title}[, by {author}]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from ..contract.schema import CONTENT_TYPES, Format, ParamValue, TemplateSpec
from ..contract.values import absent_value

MetaPairs = dict[str, str]
JsonObject = dict[str, object]

MAX_ALT = 420  # characters that X shows; others allow more
_FIELD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")


class Html(str):
    """Markup that template engines write as it is: they ask for `__html__`."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def meta_pairs(
    image_url: str, width: int, height: int, *, format: Format | None = None, alt: str = ""
) -> dict[str, str]:
    """Return property or name → content, in the order of the page.

    `width` and `height` are pixels of the image; `format` is None where it is negotiated or measured.
    """
    pairs = {"og:image": image_url}
    if image_url.startswith("https://"):
        pairs["og:image:secure_url"] = image_url
    if format is not None:
        pairs["og:image:type"] = CONTENT_TYPES[format]
    pairs |= {"og:image:width": str(width), "og:image:height": str(height)}
    if alt:
        pairs["og:image:alt"] = alt
    pairs |= {"twitter:card": "summary_large_image", "twitter:image": image_url}
    if alt:
        pairs["twitter:image:alt"] = alt
    return pairs


def meta_tags(image_url: str, width: int, height: int, *, format: Format | None = None, alt: str = "") -> str:
    """One element per line: Open Graph's image and its facts, and the large card of X."""
    return html_of(meta_pairs(image_url, width, height, format=format, alt=alt))


def html_of(pairs: dict[str, str]) -> str:
    """Write pairs as `<meta>` elements; X reads `name`, all others `property`."""
    return "\n".join(
        f'<meta {"name" if name.startswith("twitter:") else "property"}="{name}" content="{escape(content)}">'
        for name, content in pairs.items()
    )


def image_object(
    image_url: str, width: int, height: int, *, format: Format | None = None, alt: str = ""
) -> dict[str, object]:
    """Return the picture as schema.org's ImageObject, for the `image` of a page's JSON-LD."""
    members: dict[str, object] = {
        "@type": "ImageObject", "url": image_url, "contentUrl": image_url, "width": width, "height": height,
    }  # fmt: skip
    if format is not None:
        members["encodingFormat"] = CONTENT_TYPES[format]
    if alt:
        members["caption"] = alt
    return members


def alt_text(spec: TemplateSpec, params: Mapping[str, ParamValue]) -> str:
    """Fill in the template's sentence; without one, the first text that the card was given."""
    values = {name: _words(params.get(name, absent_value(param))) for name, param in spec.params.items()}
    if not spec.alt:
        texts = (values[name] for name, param in spec.params.items() if param.type in ("string", "text"))
        return _cut(next(filter(None, texts), ""))

    def part(match: re.Match[str]) -> str:
        fields = _FIELD.findall(match[1])
        return match[1] if all(values.get(field) for field in fields) else ""

    sentence = _OPTIONAL.sub(part, spec.alt)
    filled = _FIELD.sub(lambda match: values.get(match[1], ""), sentence)
    return _cut(" ".join(filled.split()))


def _words(value: ParamValue | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_ALT else text[: MAX_ALT - 1].rstrip() + "…"
