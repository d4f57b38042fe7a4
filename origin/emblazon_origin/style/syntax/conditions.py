"""@media and @supports conditions, as functions of the viewport that give True, False or None (unknown).

@supports is answered by the registry.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence

import tinycss2

from ..selectors import GENERATED, OTHER_PSEUDO_ELEMENTS, InvalidSelector, parse_selector_list
from ..values.calculation import parse_term
from ..values.tokens import Cursor, InvalidValue, Token, UnsupportedValue
from ..values.units import Viewport
from . import registry
from .declarations import evaluate
from .references import is_well_formed
from .registry import Other

Condition = Callable[[Viewport], "bool | None"]


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _and(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def _or(values: list[bool | None]) -> bool | None:
    return True if True in values else None if None in values else False


def always(viewport: Viewport) -> bool | None:
    return True


def _never(viewport: Viewport) -> bool | None:
    return False


def unknown(viewport: Viewport) -> bool | None:
    return None


# --- @media -----------------------------------------------------------------------------------------


def media_query_list(tokens: Sequence[Token]) -> Condition:
    """Return the condition of a media query list; an invalid query is `not all`."""
    parts: list[list[Token]] = [[]]
    for token in tokens:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    cursors = [Cursor(part) for part in parts]
    if len(cursors) == 1 and cursors[0].done:
        return always
    queries = [_query(cursor) for cursor in cursors]
    return lambda viewport: any(query(viewport) is True for query in queries)


def _query(cursor: Cursor) -> Condition:
    try:
        condition = _media_query(cursor)
        cursor.end()
    except InvalidValue:
        return _never
    return condition


def _media_query(cursor: Cursor) -> Condition:
    first = cursor.peek()
    if first is not None and first.type == "ident":
        name = cursor.ident()
        if name == "not" and len(cursor.tokens) > 1 and cursor.tokens[1].type != "ident":
            return _media_condition(cursor)
        negated = cursor.keyword("not") is not None
        if not negated:
            cursor.keyword("only")
        type_ = cursor.next()
        if type_.type != "ident" or type_.lower_value in ("and", "or", "not", "only", "layer"):
            raise InvalidValue("expected a media type")
        fits = type_.lower_value in ("all", "screen")
        rest: Condition = always
        if cursor.keyword("and"):
            rest = _media_condition(cursor, allow_or=False)
        if negated:
            return lambda v: _not(_and([fits, rest(v)]))
        return lambda v: _and([fits, rest(v)])
    return _media_condition(cursor)


def _media_condition(cursor: Cursor, allow_or: bool = True) -> Condition:
    return boolean(cursor, _media_in_parens, allow_or)


def boolean(cursor: Cursor, leaf: Callable[[Cursor], Condition], allow_or: bool = True) -> Condition:
    """`not x`, or x joined by all `and` or all `or`."""
    if cursor.keyword("not"):
        inner = leaf(cursor)
        return lambda v: _not(inner(v))
    items = [leaf(cursor)]
    word = cursor.ident()
    if word not in ("and", "or") or (word == "or" and not allow_or):
        return items[0]
    while cursor.keyword(word):
        items.append(leaf(cursor))
    join = _and if word == "and" else _or
    return lambda v: join([item(v) for item in items])


def _media_in_parens(cursor: Cursor) -> Condition:
    token = cursor.next()
    if token.type == "function":
        return unknown
    if token.type != "() block":
        raise InvalidValue("expected '('")
    inner = Cursor(token.content)
    first = inner.peek()
    if first is None:
        return unknown
    starts = first.type == "() block" or (inner.ident() == "not" and len(inner.tokens) > 1)
    if starts or (first.type == "function" and first.lower_name not in _MATH):
        condition = _media_condition(inner)
        inner.end()
        return condition
    try:
        return feature(inner)
    except InvalidValue:
        return unknown


_MATH = ("calc", "min", "max", "clamp", "round", "abs")
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
_FLIP = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}
RANGES: dict[str, Callable[[Viewport], float]] = {
    "width": lambda v: v.width, "height": lambda v: v.height, "device-width": lambda v: v.width,
    "device-height": lambda v: v.height, "aspect-ratio": lambda v: v.width / v.height if v.height else 0.0,
    "device-aspect-ratio": lambda v: v.width / v.height if v.height else 0.0,
    "resolution": lambda v: v.dpr, "-webkit-device-pixel-ratio": lambda v: v.dpr, "color": lambda v: 8.0,
    "color-index": lambda v: 0.0, "monochrome": lambda v: 0.0, "grid": lambda v: 0.0,
    "horizontal-viewport-segments": lambda v: 1.0, "vertical-viewport-segments": lambda v: 1.0,
}  # fmt: skip
_GAMUT = {"srgb": True, "p3": False, "rec2020": False}
DISCRETE: dict[str, Callable[[Viewport, str], bool]] = {
    "orientation": lambda v, x: x == ("portrait" if v.height >= v.width else "landscape"),
    "prefers-color-scheme": lambda v, x: x == v.color_scheme,
    "prefers-reduced-motion": lambda v, x: x == "no-preference",
    "prefers-reduced-data": lambda v, x: x == "no-preference",
    "prefers-reduced-transparency": lambda v, x: x == "no-preference",
    "prefers-contrast": lambda v, x: x == "no-preference",
    "forced-colors": lambda v, x: x == "none",
    "inverted-colors": lambda v, x: x == "none",
    "hover": lambda v, x: x == "none", "any-hover": lambda v, x: x == "none",
    "pointer": lambda v, x: x == "none", "any-pointer": lambda v, x: x == "none",
    "scripting": lambda v, x: x == "none", "update": lambda v, x: x == "none",
    "overflow-block": lambda v, x: x == "none", "overflow-inline": lambda v, x: x == "none",
    "display-mode": lambda v, x: x == "browser", "dynamic-range": lambda v, x: x == "standard",
    "video-dynamic-range": lambda v, x: x == "standard", "scan": lambda v, x: x == "progressive",
    "color-gamut": lambda v, x: _GAMUT.get(x, False), "environment-blending": lambda v, x: x == "opaque",
}  # fmt: skip
# The keywords of a feature where Chromium knows others than the one that holds; any else is unknown.
_WORDS = {
    "orientation": "portrait landscape", "prefers-color-scheme": "light dark",
    "prefers-reduced-motion": "reduce no-preference", "prefers-reduced-data": "reduce no-preference",
    "prefers-reduced-transparency": "reduce no-preference",
    "prefers-contrast": "more less custom no-preference", "forced-colors": "none active",
    "inverted-colors": "none inverted", "hover": "none hover", "any-hover": "none hover",
    "pointer": "none coarse fine", "any-pointer": "none coarse fine",
    "scripting": "none initial-only enabled", "update": "none slow fast",
    "overflow-block": "none scroll paged", "overflow-inline": "none scroll",
    "display-mode": "fullscreen standalone minimal-ui browser picture-in-picture window-controls-overlay",
    "dynamic-range": "standard high", "video-dynamic-range": "standard high",
    "scan": "interlace progressive", "color-gamut": "srgb p3 rec2020",
    "environment-blending": "opaque additive subtractive",
}  # fmt: skip
_TRUE_BY_DEFAULT = {
    "orientation",
    "color-gamut",
    "prefers-color-scheme",
    "scan",
    "display-mode",
    "dynamic-range",
}


def feature(cursor: Cursor) -> Condition:
    """`(name)`, `(name: value)`, `(name < value)`, `(value <= name < value)`."""
    if (name := cursor.ident()) is not None and _known(name):
        cursor.next()
        if cursor.done:
            return _bare(name)
        if cursor.literal(":"):
            return _plain(name, cursor)
        comparison = read_comparison(cursor)
        value = _value(cursor, name)
        cursor.end()
        return _ranged(name, comparison, value)
    low_token = cursor.next()
    rest = cursor.tokens[cursor.i :]
    low_tokens = [low_token]
    if cursor.literal("/"):
        low_tokens += [rest[0], cursor.next()]
    first = read_comparison(cursor)
    token = cursor.next()
    if token.type != "ident" or token.lower_value not in RANGES:
        raise InvalidValue("unknown media feature")
    name = token.lower_value
    low = _value(Cursor(low_tokens), name)
    conditions = [_ranged(name, _FLIP[first], low)]
    if not cursor.done:
        second = read_comparison(cursor)
        if first == "=" or second[0] != first[0]:
            raise InvalidValue("both comparisons of a range point the same way")
        conditions.append(_ranged(name, second, _value(cursor, name)))
    cursor.end()
    return lambda v: _and([c(v) for c in conditions])


def _known(name: str) -> bool:
    plain = name.removeprefix("min-").removeprefix("max-")
    return name in RANGES or name in DISCRETE or plain in RANGES or _webkit(name) is not None


def _webkit(name: str) -> tuple[str, str] | None:
    for prefix, comparison in (("-webkit-min-", ">="), ("-webkit-max-", "<=")):
        if name == prefix + "device-pixel-ratio":
            return "resolution", comparison
    return None


def _bare(name: str) -> Condition:
    if name in RANGES:
        return lambda v: RANGES[name](v) != 0
    if name in DISCRETE:
        return lambda v: name in _TRUE_BY_DEFAULT
    raise InvalidValue("unknown media feature")


def _plain(name: str, cursor: Cursor) -> Condition:
    if name in DISCRETE:
        token = cursor.next()
        cursor.end()
        if token.type != "ident":
            raise InvalidValue("expected a keyword")
        wanted = token.lower_value
        if wanted not in _WORDS[name].split():
            raise InvalidValue(f"{name} is never {wanted}")
        return lambda v: DISCRETE[name](v, wanted)
    value = _value(cursor, name)
    cursor.end()
    if (special := _webkit(name)) is not None:
        return _ranged(*special, value)
    for prefix, comparison in (("min-", ">="), ("max-", "<=")):
        if name.startswith(prefix):
            return _ranged(name.removeprefix(prefix), comparison, value)
    return _ranged(name, "=", value)


def _ranged(name: str, comparison: str, value: Callable[[Viewport], float]) -> Condition:
    if name not in RANGES:
        raise InvalidValue(f"{name} cannot be compared")
    compare, actual = COMPARE[comparison], RANGES[name]
    return lambda v: compare(actual(v), value(v))


def read_comparison(cursor: Cursor) -> str:
    """Read the sign of a comparison."""
    token = cursor.next()
    if token.type != "literal" or token.value not in ("<", ">", "=", "<=", ">="):
        raise InvalidValue("expected a comparison")
    if token.value in "<>" and cursor.literal("="):
        return str(token.value) + "="
    return str(token.value)


def _type_of(name: str) -> str:
    if name.endswith(("width", "height")):
        return "length"
    return "resolution" if name.endswith("resolution") else "number"


def _value(cursor: Cursor, name: str) -> Callable[[Viewport], float]:
    token = cursor.next()
    term = parse_term(token)
    if term.type != _type_of(name) and not (token.type == "number" and token.value == 0):
        raise InvalidValue(f"{name} is not a {term.type}")
    if cursor.literal("/"):
        below = parse_term(cursor.next())
        if _type_of(name) != "number" or below.type != "number":
            raise InvalidValue(f"{name} is not a ratio")
        return lambda v: _divided(term.fn(v.context(), 1.0), below.fn(v.context(), 1.0))
    if not term.relative:
        constant = term.fn(None, 1.0)
        return lambda v: constant
    return lambda v: term.fn(v.context(), 1.0)


def _divided(above: float, below: float) -> float:
    """Return a ratio; 0/0 is infinite too (Chromium)."""
    return above / below if below else math.inf


def supports(tokens: Sequence[Token]) -> bool:
    """Return whether an @supports condition holds; raise `InvalidValue` where it is malformed."""
    cursor = Cursor(tokens)
    condition = boolean(cursor, _supports_in_parens)
    cursor.end()
    return condition(Viewport(0, 0)) is True


_FONT_FEATURES = {  # keywords only: strings are of older drafts (CSS Conditional 5 §2)
    "font-tech": frozenset(("variations", "color-colrv0", "color-colrv1", "features-opentype")),
    "font-format": frozenset(("opentype", "truetype", "woff", "woff2")),
}

# What Chromium knows, drawn here or not: it says what a style sheet may count on.
_PSEUDO_ELEMENTS = frozenset(
    name for name in ("", *GENERATED, *OTHER_PSEUDO_ELEMENTS) if not name.startswith("-")
)
# At-rules that are taken here, though some change nothing on a still picture.
_AT_RULES = frozenset((
    "layer", "media", "supports", "font-face", "property", "scope", "container", "counter-style", "function",
    "import", "namespace", "keyframes", "-webkit-keyframes", "starting-style", "page", "view-transition",
))  # fmt: skip


def _constant(value: bool | None) -> Condition:
    return lambda v: value


def _supports_in_parens(cursor: Cursor) -> Condition:
    token = cursor.next()
    if token.type == "function":
        return _constant(_supports_function(token))
    if token.type != "() block":
        raise InvalidValue("expected '('")
    inner = Cursor(token.content)
    if len(inner.tokens) > 1 and inner.tokens[0].type == "ident":
        colon = inner.tokens[1]
        if colon.type == "literal" and colon.value == ":":
            return _constant(supports_declaration(token.content))
    condition = boolean(inner, _supports_in_parens)
    inner.end()
    return condition


def _supports_function(token: Token) -> bool | None:
    name = token.lower_name
    if name == "selector":
        try:
            selectors = parse_selector_list(token.arguments)
        except InvalidSelector:
            return False
        return len(selectors) == 1 and selectors[0].pseudo in _PSEUDO_ELEMENTS
    if name == "at-rule":
        words = [t for t in token.arguments if t.type not in ("whitespace", "comment")]
        return len(words) == 1 and words[0].type == "at-keyword" and words[0].lower_value in _AT_RULES
    if name in _FONT_FEATURES:
        words = [t for t in token.arguments if t.type not in ("whitespace", "comment")]
        return len(words) == 1 and words[0].type == "ident" and words[0].lower_value in _FONT_FEATURES[name]
    return None


def supports_declaration(tokens: Sequence[Token]) -> bool:
    """Return whether a declaration in parentheses would be accepted."""
    declaration = tinycss2.parse_one_declaration(tokens, skip_comments=True)
    if declaration.type != "declaration":
        return False
    if not is_well_formed(declaration.value):
        return False
    if declaration.name.startswith("--"):
        return True
    row = registry.find(declaration.lower_name)
    if row is None or (isinstance(row, Other) and row.status == "no"):
        return False
    if isinstance(row, Other):
        return True
    try:
        _pairs, notes = evaluate(row, declaration.value)
    except (InvalidValue, UnsupportedValue):
        return False
    return not notes
