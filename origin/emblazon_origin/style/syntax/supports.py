"""@supports conditions, answered by the registry."""

from __future__ import annotations

from collections.abc import Sequence

import tinycss2

from ..selectors import GENERATED, OTHER_PSEUDO_ELEMENTS, InvalidSelector, parse_selector_list
from ..values.tokens import Cursor, InvalidValue, Token, UnsupportedValue
from ..values.units import Viewport
from . import registry
from .conditions import Condition, boolean
from .declarations import evaluate
from .references import is_well_formed
from .registry import Other


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
