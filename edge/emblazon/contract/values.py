"""One parameter against its schema: text or JSON in, a typed value out; and back to its canonical text.

| type | accepts | value |
|---|---|---|
| string | one line of text | str |
| text | several lines; U+2028 is a line break in a URL, `\\n` in JSON | str |
| number | decimal, exponent allowed | int where whole, else float |
| integer | decimal digits with sign | int |
| boolean | true 1 yes on / false 0 no off | bool |
| color | `#rgb[a]`, `#rrggbb[aa]`, `#` optional, or a CSS colour name | str `#rrggbb[aa]` |
| url | absolute http or https | str, scheme and host in lower case, no fragment, no default port |
| choice | one of `choices` | str |
| date | `YYYY-MM-DD`; a time after it is dropped | str `YYYY-MM-DD` |
| list | items separated by `,` (`\\,` is a comma, `\\\\` a backslash); a JSON array | tuple of str |

An empty value means "not given", except that it overrides the default of a string, a text or a list.
Colours have one spelling: `red` and `#f00` are one card.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .problem import BadParameter, unknown_word
from .schema import ParamSpec, ParamValue
from .text import clean_text, cut_text
from .uri import encode

MAX_ITEMS = 32
_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,16}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,32}(?:\.[0-9]{0,32})?|\.[0-9]{1,32})(?:[eE][+-]?[0-9]{1,3})?")
_MAX_SAFE = 2**53 - 1  # whole numbers beyond it are not exact in JSON
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ][0-9]{2}:[0-9]{2}[0-9:.,+\-Zz]*)?")
_URL = re.compile(r"(https?)://([^/?#\\]+)([/?][^#]*)?(?:#.*)?", re.IGNORECASE | re.DOTALL)
_NOT_IN_URL = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]")
_DEFAULT_PORT = {"http": ":80", "https": ":443"}

_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})")

# CSS Color 4 §6.1: name, RRGGBB
_COLOR_TABLE = (
    "aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc "
    "bisque ffe4c4 "
    "black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 "
    "cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc "
    "crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 "
    "darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f "
    "darkorange ff8c00 darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f "
    "darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 "
    "deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 "
    "floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 "
    "goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 "
    "indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 "
    "lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff "
    "lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 "
    "lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 "
    "lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff "
    "maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db "
    "mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc "
    "mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 "
    "navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 "
    "orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee "
    "palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd "
    "powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 rosybrown bc8f8f royalblue 4169e1 "
    "saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d "
    "silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa "
    "springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 "
    "turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 "
    "yellowgreen 9acd32 transparent 00000000"
)
_COLOR_NAMES = _COLOR_TABLE.split()
NAMED_COLORS: dict[str, str] = dict(zip(_COLOR_NAMES[::2], _COLOR_NAMES[1::2], strict=True))


def check_value(spec: ParamSpec, raw: object) -> ParamValue | None:
    """Validate one value: text from a query, or a JSON string, number, boolean or array.

    Returns None for "not given". Raises BadParameter that names the parameter and says what it takes.
    """
    if raw is None:
        return None
    if isinstance(raw, list | tuple):
        if spec.type != "list":
            raise _bad(spec, "takes a single value, not a list")
        return _check_items(spec, [_scalar(spec, item) for item in raw])
    text = _scalar(spec, raw)
    if spec.type in ("string", "text"):
        return _limited(spec, clean_text(text, multiline=spec.type == "text"))
    if spec.type == "list":
        return _check_items(spec, split_items(text))
    text = clean_text(text).strip()
    return _CHECKS[spec.type](spec, _limited(spec, text)) if text else None


def fit_value(spec: ParamSpec, raw: object) -> tuple[ParamValue | None, str]:
    """Read one value as `check_value` does, text and lists that are too long cut to what the schema takes.

    Returns the value and what was cut, as a sentence; "" where nothing was. Raises BadParameter.
    """
    if spec.type in ("string", "text") and isinstance(raw, str) and len(raw) > spec.max_length:
        _check_characters(spec, raw)
        text = clean_text(raw[: _longest_raw(spec)], multiline=spec.type == "text")
        if len(text) <= spec.max_length and len(raw) <= _longest_raw(spec):
            return text, ""
        return cut_text(text, min(spec.max_length, len(text) - 1)), _cut(spec)
    if spec.type == "list" and isinstance(raw, str | list | tuple):
        return _fit_items(spec, raw)
    return check_value(spec, raw), ""


def _fit_items(spec: ParamSpec, raw: str | list[object] | tuple[object, ...]) -> tuple[ParamValue, str]:
    """Keep the items that are known and fit; the one that passes the limit is cut."""
    given = [raw] if isinstance(raw, str) else list(raw)
    texts = [_scalar(spec, item[: _longest_raw(spec)] if isinstance(item, str) else item) for item in given]
    items = split_items(texts[0]) if isinstance(raw, str) else texts
    kept: list[str] = []
    left, why = spec.max_length, ""
    for item in filter(None, (clean_text(item).strip() for item in items)):
        if spec.choices and item not in spec.choices:
            why = why or _unknown_choice(spec, item).detail
        elif len(kept) == MAX_ITEMS or left <= 1 or (spec.choices and len(item) > left):
            why = why or _cut(spec)
        else:
            kept.append(cut_text(item, left))
            why = why or (_cut(spec) if len(item) > left else "")
            left -= len(kept[-1])
    return tuple(kept), why


def _cut(spec: ParamSpec) -> str:
    items = f" and {MAX_ITEMS} items" if spec.type == "list" else ""
    return f"Parameter {spec.name!r} is longer than {spec.max_length} characters{items}; it was cut."


def format_value(value: ParamValue) -> str:
    """The canonical text of a value, which `check_value` reads back to the same value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(item.replace("\\", "\\\\").replace(",", "\\,") for item in value)
    if isinstance(value, str):
        return value.replace("\n", "\u2028")
    return repr(value)


def absent_value(spec: ParamSpec) -> ParamValue | None:
    """What a template gets when the parameter is not given: the default, else the type's empty value."""
    if spec.default is not None:
        return spec.default
    if spec.type in ("string", "text"):
        return ""
    if spec.type == "list":
        return ()
    return False if spec.type == "boolean" else None


def split_items(text: str) -> list[str]:
    """Split a list's text at the commas that no backslash escapes."""
    items, item, escaped = [], [], False
    for character in text:
        if escaped or character not in ",\\":
            item.append(character)
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            items.append("".join(item))
            item = []
    items.append("".join(item))
    return items


def _scalar(spec: ParamSpec, raw: object) -> str:
    """The text of a JSON scalar; numbers arrive as text already, as they were written."""
    if isinstance(raw, bool):
        if spec.type != "boolean":
            raise _bad(spec, f"takes {_KINDS[spec.type]}, not true or false")
        return "true" if raw else "false"
    if isinstance(raw, int | float):
        raw = repr(raw)
    if not isinstance(raw, str):
        raise _bad(
            spec, f"takes {_KINDS[spec.type]}, not {'an object' if isinstance(raw, dict) else 'a list'}"
        )
    if len(raw) > _longest_raw(spec):
        raise _oversized(spec)
    _check_characters(spec, raw)
    return raw


def _longest_raw(spec: ParamSpec) -> int:
    """Code points of a value that are looked at: what `clean_text` removes counts as well."""
    return 16 * spec.max_length + 1024


def _check_characters(spec: ParamSpec, text: str) -> None:
    if "\x00" in text:
        raise _bad(spec, "has a NUL character", kind="bad-encoding")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _bad(spec, "has a lone surrogate", kind="bad-encoding") from None


def _limited(spec: ParamSpec, text: str) -> str:
    if len(text) > spec.max_length:
        raise _oversized(spec)
    return text


def _check_items(spec: ParamSpec, items: list[str]) -> tuple[str, ...]:
    cleaned = [clean_text(item).strip() for item in items]
    kept = tuple(item for item in cleaned if item)
    if len(kept) > MAX_ITEMS:
        raise _bad(spec, f"has more than {MAX_ITEMS} items")
    if sum(map(len, kept)) > spec.max_length:
        raise _oversized(spec)
    for item in kept:
        if spec.choices and item not in spec.choices:
            raise _unknown_choice(spec, item)
    return kept


def _check_number(spec: ParamSpec, text: str) -> ParamValue:
    if not _NUMBER.fullmatch(text):
        raise _bad(spec, f"takes a number such as 3 or 2.5, not {text[:40]!r}")
    number = float(text)
    if abs(number) > _MAX_SAFE:
        raise _bad(spec, "is too large a number")
    whole = int(number)
    return _within(spec, whole if whole == number else number)


def _check_integer(spec: ParamSpec, text: str) -> ParamValue:
    if not _INTEGER.fullmatch(text):
        raise _bad(spec, f"takes a whole number, not {text[:40]!r}")
    if abs(int(text)) > _MAX_SAFE:
        raise _bad(spec, "is too large a number")
    return _within(spec, int(text))


def _within(spec: ParamSpec, number: int | float) -> int | float:
    if spec.min is not None and number < spec.min:
        raise _bad(spec, f"must be at least {spec.min:g}")
    if spec.max is not None and number > spec.max:
        raise _bad(spec, f"must be at most {spec.max:g}")
    return number


def _check_boolean(spec: ParamSpec, text: str) -> ParamValue:
    word = text.lower()
    if word not in _TRUE | _FALSE:
        raise _bad(spec, f"takes true or false, not {text[:40]!r}")
    return word in _TRUE


def _check_color(spec: ParamSpec, text: str) -> ParamValue:
    color = canonical_color(text)
    if color is None:
        raise _bad(spec, f"takes a colour such as #1d4ed8 or teal, not {text[:40]!r}")
    return color


def _check_url(spec: ParamSpec, text: str) -> ParamValue:
    match = _URL.fullmatch(text)
    if match is None:
        raise _bad(spec, "takes an absolute http or https URL")
    scheme, authority, rest = match[1].lower(), match[2].lower(), match[3] or "/"
    if _NOT_IN_URL.search(authority):
        raise _bad(spec, "has a host with a character that no host has")
    rest = _NOT_IN_URL.sub(lambda found: encode(found[0]), rest)  # as browsers do: names of files have blanks
    if "@" in authority:
        raise _bad(spec, "may not carry a user name or password")
    authority = authority.removesuffix(_DEFAULT_PORT[scheme])
    if not authority or authority.startswith(":"):
        raise _bad(spec, "has no host")
    return f"{scheme}://{authority}{rest if rest[0] == '/' else '/' + rest}"


def _check_choice(spec: ParamSpec, text: str) -> ParamValue:
    if text not in spec.choices:
        raise _unknown_choice(spec, text)
    return text


def _check_date(spec: ParamSpec, text: str) -> ParamValue:
    match = _DATE.fullmatch(text)
    if match is None or not _is_day(int(match[1]), int(match[2]), int(match[3])):
        raise _bad(spec, f"takes a date such as 2026-11-22, not {text[:40]!r}")
    return f"{match[1]}-{match[2]}-{match[3]}"


def _is_day(year: int, month: int, day: int) -> bool:
    if not (year >= 1 and 1 <= month <= 12):
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


_CHECKS: dict[str, Callable[[ParamSpec, str], ParamValue]] = {
    "number": _check_number,
    "integer": _check_integer,
    "boolean": _check_boolean,
    "color": _check_color,
    "url": _check_url,
    "choice": _check_choice,
    "date": _check_date,
}
_KINDS: dict[str, str] = {
    "string": "text",
    "text": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "color": "a colour",
    "url": "a URL",
    "choice": "one of its choices",
    "date": "a date",
    "list": "a list of texts",
}


def _bad(spec: ParamSpec, what: str, *, kind: str = "") -> BadParameter:
    return BadParameter(f"Parameter {spec.name!r} {what}.", param=spec.name, kind=kind)


def _oversized(spec: ParamSpec) -> BadParameter:
    return BadParameter(
        f"Parameter {spec.name!r} is longer than {spec.max_length} characters.",
        param=spec.name,
        kind="oversized-parameter",
        extra={"max_length": spec.max_length},
    )


def _unknown_choice(spec: ParamSpec, text: str) -> BadParameter:
    detail, extra = unknown_word(f"Parameter {spec.name!r}: choice", text, list(spec.choices))
    return BadParameter(detail, param=spec.name, extra=extra)


def canonical_color(text: str) -> str | None:
    """`#rrggbb`, or `#rrggbbaa` where not opaque, of a hex colour (`#` optional) or a CSS name; else None."""
    word = text.strip().lower()
    digits = NAMED_COLORS.get(word)
    if digits is None:
        match = _HEX.fullmatch(word)
        if match is None:
            return None
        digits = match[1]
        if len(digits) <= 4:
            digits = "".join(digit * 2 for digit in digits)
    return f"#{digits[:6] if digits.endswith('ff') and len(digits) == 8 else digits}"
