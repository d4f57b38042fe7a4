"""@font-face rules (CSS Fonts 4 §4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import tinycss2

from ...report import Code
from ..syntax.declarations import Note
from ..values.calculation import angle
from ..values.dom import FontFaceRule
from ..values.image_values import url_token
from ..values.tokens import Cursor, Declaration, InvalidValue, Rule, Token, split_commas
from . import font as font_properties

_FORMATS = frozenset((
    "woff", "woff2", "truetype", "opentype", "ttf", "otf", "collection", "woff-variations",
    "woff2-variations", "truetype-variations", "opentype-variations",
))  # fmt: skip
_TECHS = frozenset(
    ("variations", "features-opentype", "color-colrv0", "color-colrv1", "color-cbdt", "palettes")
)
_IGNORED = frozenset((
    "font-display", "font-variation-settings", "font-variant", "font-named-instance",
    "font-language-override",
))  # fmt: skip


def font_face(item: Rule, notes: list[Note]) -> FontFaceRule | None:
    """Return the rule of an at-rule token, or None where it names no family or no usable source."""
    fields: dict[str, Any] = {}  # of the rule, each as its descriptor's reader gives it
    for declaration in tinycss2.parse_blocks_contents(item.content, skip_comments=True, skip_whitespace=True):
        if declaration.type != "declaration":
            if declaration.type == "error":
                _note(notes, declaration, "css-syntax", declaration.message, "@font-face")
            continue
        name = declaration.lower_name
        reader = _DESCRIPTORS.get(name)
        if reader is None:
            if name not in _IGNORED:
                _note(notes, declaration, "css-unknown-property", f"unknown descriptor '{name}'", name)
            elif name != "font-display":
                _note(notes, declaration, "css-unsupported-property", f"'{name}' is not drawn", name)
            continue
        try:
            fields.update(reader(declaration.value))
        except InvalidValue as error:
            _note(notes, declaration, "css-invalid-value", f"'{name}' is ignored: {error}", name)
    if not fields.get("family") or not fields.get("sources"):
        _note(notes, item, "css-invalid-value", "@font-face takes font-family and a usable src", "@font-face")
        return None
    return FontFaceRule(**fields, line=item.source_line)


def _note(notes: list[Note], item: Rule | Declaration, code: Code, message: str, where: str) -> None:
    notes.append(Note("warning", code, message, item.source_line, item.source_column, where))


def _family(tokens: list[Token]) -> dict[str, object]:
    cursor = Cursor(tokens)
    name = font_properties.family_name(cursor)
    cursor.end()
    return {"family": name}


def _sources(tokens: list[Token]) -> dict[str, object]:
    found: list[tuple[str, str]] = []
    for part in split_commas(tokens):
        source = _source(Cursor(part))
        if source is not None:
            found.append(source)
    if not found:
        raise InvalidValue("none of the sources is of a known format")
    return {"sources": tuple(found)}


def _source(cursor: Cursor) -> tuple[str, str] | None:
    token = cursor.next()
    href = url_token(token)
    if href is None:
        if token.type != "function" or token.lower_name != "local":
            return None
        names = [str(t.value) for t in token.arguments if t.type in ("ident", "string")]
        return ("local", " ".join(names)) if names else None
    while (hint := cursor.function("format", "tech")) is not None:
        words = [str(t.value).lower() for t in hint.arguments if t.type in ("ident", "string")]
        known = _FORMATS if hint.lower_name == "format" else _TECHS
        if any(word not in known for word in words):
            return None
    return ("url", href)


def _range(parse: Callable[[Cursor], object]) -> Callable[[list[Token]], tuple[float, float] | None]:
    def read(tokens: list[Token]) -> tuple[float, float] | None:
        cursor = Cursor(tokens)
        if cursor.keyword("auto"):
            cursor.end()
            return None
        low = parse(cursor)
        high = low if cursor.done else parse(cursor)
        cursor.end()
        if not isinstance(low, float) or not isinstance(high, float):
            raise InvalidValue("expected numbers")
        return (min(low, high), max(low, high))

    return read


_LEANING = 14.0  # degrees from which a face serves italic text
_weight = _range(font_properties.font_weight)
_stretch = _range(font_properties.stretch)


def _style(tokens: list[Token]) -> dict[str, object]:
    cursor = Cursor(tokens)
    name = cursor.keyword("normal", "italic", "oblique", "auto")
    if name is None:
        raise InvalidValue("expected normal, italic or oblique")
    angles: list[float] = []
    while name == "oblique" and not cursor.done and len(angles) < 2:
        degrees = angle(cursor)
        if not isinstance(degrees, float):
            raise InvalidValue("the angle of a face depends on no element")
        angles.append(degrees)
    cursor.end()
    if angles and min(angles) <= 0 <= max(angles):  # upright too, and slanted where it leans enough
        return {"style": "oblique normal" if max(angles) >= _LEANING else "normal range"}
    return {"style": "normal" if name == "auto" else name}


_RANGE = re.compile(r"u\+([0-9a-f]{0,6})(\?{0,6})(?:-([0-9a-f]{1,6}))?", re.IGNORECASE)


def unicode_range(text: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges of a `unicode-range` descriptor; raise `InvalidValue`."""
    ranges = []
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None or not (match[1] or match[2]) or len(match[1] + match[2]) > 6:
            raise InvalidValue(f"'{part.strip()}' is not a range of code points")
        if match[2] and match[3]:
            raise InvalidValue(f"'{part.strip()}' is not a range of code points")
        low = int((match[1] + "0" * len(match[2])), 16)
        high = int(match[3], 16) if match[3] else int(match[1] + "f" * len(match[2]), 16)
        if low > high or high > 0x10FFFF:
            raise InvalidValue(f"'{part.strip()}' is not a range of code points")
        ranges.append((low, high))
    return tuple(ranges)


def _unicode_range(tokens: list[Token]) -> dict[str, object]:
    text = "".join(t.serialize() for t in tokens if t.type not in ("comment", "whitespace"))
    return {"unicode_range": unicode_range(text)}


def _features(tokens: list[Token]) -> dict[str, object]:
    cursor = Cursor(tokens)
    value = font_properties.features(cursor)
    cursor.end()
    return {"features": value}


def _share(cursor: Cursor) -> float:
    """Return a percentage that is not negative as a number."""
    token = cursor.next()
    cursor.end()
    if token.type != "percentage" or token.value < 0:
        raise InvalidValue("expected a percentage of 0 or more")
    return float(token.value) / 100


def _size_adjust(tokens: list[Token]) -> dict[str, object]:
    return {"size_adjust": _share(Cursor(tokens))}


def _override(name: str) -> Callable[[list[Token]], dict[str, object]]:
    def read(tokens: list[Token]) -> dict[str, object]:
        cursor = Cursor(tokens)
        return {name: None if cursor.keyword("normal") else _share(cursor)}

    return read


_DESCRIPTORS: dict[str, Callable[[list[Token]], Mapping[str, object]]] = {
    "font-family": _family,
    "src": _sources,
    "font-weight": lambda tokens: {"weight": _weight(tokens)},
    "font-stretch": lambda tokens: {"stretch": _stretch(tokens)},
    "font-width": lambda tokens: {"stretch": _stretch(tokens)},
    "font-style": _style,
    "unicode-range": _unicode_range,
    "font-feature-settings": _features,
    "size-adjust": _size_adjust,
    "ascent-override": _override("ascent_override"),
    "descent-override": _override("descent_override"),
    "line-gap-override": _override("line_gap_override"),
}
