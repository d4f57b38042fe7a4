"""Fonts and everything that chooses or features a face."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..syntax.registry import longhand, shorthand
from ..values import value_types as v
from ..values.calculation import angle, integer, length, number, percentage
from ..values.tokens import Cursor, InvalidValue, Specified, comma_list, lift, lift_tuple, one_of, unexpected
from .common import any_order, enum, mapped

GENERICS = (
    "serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-serif", "ui-sans-serif",
    "ui-monospace", "ui-rounded", "emoji", "math", "fangsong",
)  # fmt: skip
SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0,
    "xx-large": 32.0, "xxx-large": 48.0,
}  # fmt: skip
STRETCHES = {
    "ultra-condensed": 50.0, "extra-condensed": 62.5, "condensed": 75.0, "semi-condensed": 87.5,
    "normal": 100.0, "semi-expanded": 112.5, "expanded": 125.0, "extra-expanded": 150.0,
    "ultra-expanded": 200.0,
}  # fmt: skip


def family_name(cursor: Cursor) -> str:
    """Read one family: a string, or identifiers joined by spaces; generics in lower case."""
    token = cursor.next()
    if token.type == "string":
        return str(token.value)
    words = []
    while True:
        if token.type != "ident":
            unexpected(token)
        words.append(str(token.value))
        if cursor.done:
            break
        token = cursor.next()
    name = " ".join(words)
    if len(words) == 1:
        lower = name.lower()
        if lower in ("blinkmacsystemfont", "-apple-system"):
            return "system-ui"
        if lower in GENERICS or lower.startswith("-webkit-"):
            return lower
        if lower in ("inherit", "initial", "unset", "revert", "default"):
            raise InvalidValue(f"'{name}' is not a font family")
    return name


def family(cursor: Cursor) -> tuple[str, ...]:
    """Read `font-family`."""
    return tuple(comma_list(cursor, family_name))


def font_size(cursor: Cursor) -> object:
    """Read `font-size`: ("keyword", name), ("relative", factor) or a length against the parent's size."""
    if (name := cursor.keyword(*SIZES)) is not None:
        return ("keyword", name)
    if cursor.keyword("math"):
        return ("relative", 1.0)
    if cursor.keyword("larger"):
        return ("relative", 1.2)
    if cursor.keyword("smaller"):
        return ("relative", 1 / 1.2)
    token = cursor.peek()
    relative = token is None or token.type == "percentage"
    if token is not None and token.type == "dimension":
        relative = token.lower_unit in ("em", "ex", "ch", "cap", "ic", "lh")
    return lift(lambda size: ("length", size, relative), length(cursor, 0))


_WEIGHTS: dict[str, float | str] = {"normal": 400.0, "bold": 700.0}


def font_weight(cursor: Cursor) -> Specified[float] | str:
    """Read `font-weight` as 1–1000, or "bolder" / "lighter"."""
    if (name := cursor.keyword("normal", "bold", "bolder", "lighter")) is not None:
        return _WEIGHTS.get(name, name)
    return number(cursor, 1, 1000)


def font_style(cursor: Cursor) -> object:
    """Read `font-style` as (style, oblique angle)."""
    name = cursor.keyword("normal", "italic", "oblique")
    if name is None:
        unexpected(cursor.peek())
    token = cursor.peek()
    if name == "oblique" and token is not None and token.type in ("dimension", "function"):
        degrees = angle(cursor)
        if isinstance(degrees, float) and abs(degrees) > 90:
            raise InvalidValue("an oblique angle is between -90deg and 90deg")
        return lift(lambda d: ("oblique", min(max(d, -90.0), 90.0)), degrees)
    return (name, 14.0)


def line_height(cursor: Cursor) -> object:
    """Read `line-height`: "normal", ("factor", number) or a length against the font size."""
    if cursor.keyword("normal"):
        return "normal"
    if (factor := cursor.attempt(lambda c: number(c, 0))) is not None:
        return lift(lambda n: ("factor", n), factor)
    size = length(cursor, 0)
    return lift(lambda s: ("length", s), size)


def _tag(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type != "string" or len(token.value) != 4 or not token.value.isascii():
        raise InvalidValue("expected a tag of four ASCII characters")
    return str(token.value)


def _feature(cursor: Cursor) -> object:
    tag = _tag(cursor)
    if cursor.done:
        return (tag, 1)
    if (switch := cursor.keyword("on", "off")) is not None:
        return (tag, int(switch == "on"))
    return lift(lambda n: (tag, max(n, 0)), integer(cursor))


def features(cursor: Cursor) -> object:
    """Read `font-feature-settings`."""
    return () if cursor.keyword("normal") else lift_tuple(comma_list(cursor, _feature))


def _variation(cursor: Cursor) -> object:
    tag = _tag(cursor)
    return lift(lambda n: (tag, n), number(cursor))


def variations(cursor: Cursor) -> object:
    """Read `font-variation-settings`."""
    return () if cursor.keyword("normal") else lift_tuple(comma_list(cursor, _variation))


Features = tuple[tuple[str, int], ...]
_off: Features = ()


def _groups(*groups: Mapping[str, Features]) -> Callable[[Cursor], Features]:
    """Return a parser of one keyword from each group, in any order, as OpenType features."""

    def read(cursor: Cursor) -> Features:
        found: list[tuple[str, int]] = []
        used: set[int] = set()
        while not cursor.done:
            for index, group in enumerate(groups):
                if index not in used and (name := cursor.keyword(*group)) is not None:
                    used.add(index)
                    found.extend(group[name])
                    break
            else:
                break
        if not used:
            unexpected(cursor.peek())
        return tuple(found)

    return read


def _switch(name: str, *tags: str) -> dict[str, Features]:
    return {name: tuple((t, 1) for t in tags), f"no-{name}": tuple((t, 0) for t in tags)}


LIGATURES = (
    _switch("common-ligatures", "liga", "clig"),
    _switch("discretionary-ligatures", "dlig"),
    _switch("historical-ligatures", "hlig"),
    _switch("contextual", "calt"),
)
_ALL_LIGATURES = ("liga", "clig", "dlig", "hlig", "calt")
CAPS: dict[str, Features] = {
    "small-caps": (("smcp", 1),),
    "all-small-caps": (("c2sc", 1), ("smcp", 1)),
    "petite-caps": (("pcap", 1),),
    "all-petite-caps": (("c2pc", 1), ("pcap", 1)),
    "unicase": (("unic", 1),),
    "titling-caps": (("titl", 1),),
}
NUMERIC: tuple[dict[str, Features], ...] = (
    {"lining-nums": (("lnum", 1),), "oldstyle-nums": (("onum", 1),)},
    {"proportional-nums": (("pnum", 1),), "tabular-nums": (("tnum", 1),)},
    {"diagonal-fractions": (("frac", 1),), "stacked-fractions": (("afrc", 1),)},
    {"ordinal": (("ordn", 1),)},
    {"slashed-zero": (("zero", 1),)},
)
EAST_ASIAN: tuple[dict[str, Features], ...] = (
    {
        "jis78": (("jp78", 1),), "jis83": (("jp83", 1),), "jis90": (("jp90", 1),), "jis04": (("jp04", 1),),
        "simplified": (("smpl", 1),), "traditional": (("trad", 1),),
    },
    {"full-width": (("fwid", 1),), "proportional-width": (("pwid", 1),)},
    {"ruby": (("ruby", 1),)},
)  # fmt: skip
POSITIONS: dict[str, Features] = {"sub": (("subs", 1),), "super": (("sups", 1),)}
_NORMAL: dict[str, Features] = {"normal": ()}

# Key of each font-variant longhand, with its parser.
VARIANTS: dict[str, Callable[[Cursor], Features]] = {
    "font_variant_ligatures": mapped(
        _groups(*LIGATURES), {**_NORMAL, "none": tuple((t, 0) for t in _ALL_LIGATURES)}
    ),
    "font_variant_caps": enum({**_NORMAL, **CAPS}),
    "font_variant_numeric": mapped(_groups(*NUMERIC), _NORMAL),
    "font_variant_east_asian": mapped(_groups(*EAST_ASIAN), _NORMAL),
    "font_variant_position": enum({**_NORMAL, **POSITIONS}),
}
_EMOJI = ("text", "emoji", "unicode")


def _font_variant(cursor: Cursor) -> dict[str, object]:
    initials: dict[str, object] = {**dict.fromkeys(VARIANTS, _off), "font_variant_emoji": "normal"}
    if cursor.keyword("normal"):
        return initials
    if cursor.keyword("none"):
        return {**initials, "font_variant_ligatures": tuple((t, 0) for t in _ALL_LIGATURES)}
    parsers: dict[str, Callable[[Cursor], object]] = {
        "font_variant_ligatures": _groups(*LIGATURES),
        "font_variant_caps": enum(CAPS),
        "font_variant_numeric": _groups(*NUMERIC),
        "font_variant_east_asian": _groups(*EAST_ASIAN),
        "font_variant_position": enum(POSITIONS),
        "font_variant_emoji": one_of(_EMOJI),
    }
    return any_order(cursor, parsers, initials)


_FONT_INITIAL: dict[str, object] = {
    "font_style": ("normal", 14.0),
    "font_weight": 400.0,
    "font_stretch": 100.0,
    **dict.fromkeys(VARIANTS, _off),
    "font_variant_emoji": "normal",
    "font_feature_settings": (),
    "font_variation_settings": (),
    "font_kerning": (),
    "line_height": "normal",
}
_SYSTEM_FONTS = ("caption", "icon", "menu", "message-box", "small-caption", "status-bar")


def font(cursor: Cursor) -> dict[str, object]:
    """Read the `font` shorthand."""
    if (name := cursor.keyword(*_SYSTEM_FONTS)) is not None:
        cursor.notes.append(f"{name} is the font of a system's own windows; drawn as 16px system-ui")
        size: object = ("length", v.Length(16.0), False)
        return {**_FONT_INITIAL, "font_size": size, "font_family": ("system-ui",)}
    found = dict(_FONT_INITIAL)
    parsers: dict[str, Callable[[Cursor], object]] = {
        "font_style": font_style,
        "font_variant_caps": enum({"small-caps": CAPS["small-caps"]}),
        "font_weight": font_weight,
        "font_stretch": enum({k: s for k, s in STRETCHES.items() if k != "normal"}),
    }
    seen: set[str] = set()
    for _ in range(4):
        if cursor.keyword("normal"):
            continue
        for key, parse in parsers.items():
            if key not in seen and (value := cursor.attempt(parse)) is not None:
                found[key] = value
                seen.add(key)
                break
        else:
            break
    found["font_size"] = font_size(cursor)
    if cursor.literal("/"):
        found["line_height"] = line_height(cursor)
    found["font_family"] = family(cursor)
    return found


def _synthesis(cursor: Cursor) -> dict[str, object]:
    keys = {name: f"font_synthesis_{name.replace('-', '_')}" for name in ("weight", "style", "small-caps")}
    found: dict[str, object] = dict.fromkeys(keys.values(), False)
    if cursor.keyword("none"):
        return found
    names = []
    while (name := cursor.keyword("weight", "style", "small-caps", "position")) is not None:
        names.append(name)
        if name in keys:
            found[keys[name]] = True
    if not names:
        unexpected(cursor.peek())
    return found


longhand("font-family", (), family, inherited=True)
longhand("font-size", ("keyword", "medium"), font_size, inherited=True)
longhand("font-weight", 400.0, font_weight, inherited=True)
longhand("font-style", ("normal", 14.0), font_style, inherited=True)


def _stretch(cursor: Cursor) -> Specified[float]:
    return lift(lambda fraction: fraction * 100, percentage(cursor, 0))


stretch = mapped(_stretch, STRETCHES)
longhand("font-stretch", 100.0, stretch, inherited=True)
longhand("font-variation-settings", (), variations, inherited=True)
longhand("font-feature-settings", (), features, inherited=True)
for _key, _parse in VARIANTS.items():
    longhand(_key.replace("_", "-"), (), _parse, inherited=True)
longhand(
    "font-kerning", (), enum({"auto": (), "normal": (("kern", 1),), "none": (("kern", 0),)}), inherited=True
)
longhand("font-variant-emoji", "normal", one_of(("normal", *_EMOJI)), inherited=True)
longhand("font-synthesis-weight", True, enum({"auto": True, "none": False}), inherited=True)
longhand("font-synthesis-style", True, enum({"auto": True, "none": False}), inherited=True)
longhand("font-synthesis-small-caps", True, enum({"auto": True, "none": False}), inherited=True)
longhand("font-optical-sizing", True, enum({"auto": True, "none": False}), inherited=True)
longhand("line-height", "normal", line_height, inherited=True)
shorthand(
    "font-synthesis",
    ("font_synthesis_weight", "font_synthesis_style", "font_synthesis_small_caps"),
    _synthesis,
)
shorthand(
    "font-variant", (*VARIANTS, "font_variant_emoji"), _font_variant, status="partly", note="no alternates"
)
shorthand("font", (*_FONT_INITIAL, "font_size", "font_family"), font)
