"""Custom properties of one element: cascade, inheritance, registration by @property.

A registered one has the `syntax` of its @property (CSS Properties and Values 1). Declarations whose var()
is then known are parsed, and parsed results cached by their text; a var() that did not resolve is reported
at the place of its declaration in the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import tinycss2

from ...caching import ByteCache
from ...report import Diagnostic, Report
from ..color.css_color import parse_color
from ..properties.shapes import transform, transform_function
from ..syntax.declarations import (
    WIDE,
    Custom,
    PendingSubstitution,
    Wide,
    keys_of,
    on_lines,
    parse_row,
    with_units,
)
from ..syntax.registry import Values
from ..syntax.sheet_model import PropertyRule
from ..syntax.variables import Replacer, Substitution, Unresolved, resolve_custom
from ..values import calculation as calc
from ..values.budget import BUDGET, Exhausted
from ..values.image_values import image, url_token
from ..values.tokens import Cursor, Deferred, InvalidValue, Token, UnsupportedValue, tokenize, unexpected
from ..values.units import Context
from .sheets import Loaded

CACHE_BYTES = 2_000_000
_SHORT, _TOKENS = 200, 4  # characters of a value, beyond which each counts as so many tokens
_substituted: ByteCache[tuple[Values, str]] = ByteCache(
    "substitutions", CACHE_BYTES, lambda entry: 500 + 100 * len(entry[0])
)

Place = tuple[str, int, int]  # file, line, column of the CSS text's start


def custom_properties(
    declared: Mapping[str, Custom | Wide],
    inherited: Mapping[str, Custom | None],
    registered: Mapping[str, PropertyRule],
    replacer: Replacer | None = None,
) -> Mapping[str, Custom | None]:
    """Return every custom property's computed value; the parent's own mapping where nothing changes."""
    if not declared and not registered:
        return inherited
    start = dict(inherited)
    for name, rule in registered.items():
        if not rule.inherits or name not in start:
            start[name] = rule.initial
    own: dict[str, Custom] = {}
    for name, value in declared.items():
        if isinstance(value, Custom):
            own[name] = with_units(registered[name].syntax, value) if name in registered else value
        elif value.keyword == "initial" or (value.keyword == "unset" and _resets(name, registered)):
            rule_ = registered.get(name)
            start[name] = rule_.initial if rule_ is not None else None
        elif name in inherited:
            start[name] = inherited[name]
    resolved = resolve_custom(own, start, replacer)
    for name in own.keys() & registered.keys():
        rule, value_ = registered[name], resolved[name]
        if value_ is None or not fits(rule.syntax, value_):
            resolved[name] = inherited.get(name, rule.initial) if rule.inherits else rule.initial
        else:
            resolved[name] = with_units(rule.syntax, value_)
    # The very mapping of the parent where nothing changed, so that what is derived from it is shared.
    return inherited if _same(resolved, inherited) else resolved


def _same(a: Mapping[str, Custom | None], b: Mapping[str, Custom | None]) -> bool:
    if a.keys() != b.keys():
        return False
    for name, value in a.items():
        other = b[name]
        if value is not other and (value is None or other is None or value.text != other.text):
            return False
    return True


def _resets(name: str, registered: Mapping[str, PropertyRule]) -> bool:
    rule = registered.get(name)
    return rule is not None and not rule.inherits


def _ident(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type != "ident":
        unexpected(token)
    return str(token.value)


def _url(cursor: Cursor) -> str:
    token = cursor.next()
    href = url_token(token)
    if href is None:
        unexpected(token)
    return href


def _string(cursor: Cursor) -> str:
    token = cursor.next()
    if token.type != "string":
        unexpected(token)
    return str(token.value)


def _time(cursor: Cursor) -> float:
    token = cursor.next()
    if calc.parse_term(token).type != "time":
        unexpected(token)
    return 0.0


_TYPES: dict[str, Callable[[Cursor], object]] = {
    "<length>": calc.length_px, "<number>": calc.number, "<integer>": calc.integer,
    "<percentage>": calc.percentage, "<length-percentage>": calc.length, "<color>": parse_color,
    "<angle>": calc.angle, "<resolution>": calc.resolution, "<time>": _time, "<image>": image, "<url>": _url,
    "<custom-ident>": _ident, "<string>": _string, "<transform-list>": transform,
    "<transform-function>": lambda cursor: transform_function(cursor.next()),
}  # fmt: skip


def fits(syntax: str, value: Custom) -> bool:
    """Return whether a value without var() is of the registered syntax."""
    if syntax.strip() == "*" or value.substitutes:
        return True
    return any(_fits_one(part.strip(), value) for part in syntax.split("|"))


def _fits_one(component: str, value: Custom) -> bool:
    multiplier = component[-1:] if component[-1:] in ("+", "#") else ""
    name = component.removesuffix(multiplier) if multiplier else component
    parse = _TYPES.get(name)
    cursor = Cursor(value.tokens)
    try:
        while True:
            if parse is not None:
                parse(cursor)
            elif not cursor.keyword(name.lower()):
                return False
            if cursor.done or not multiplier:
                break
            if multiplier == "#" and not cursor.literal(","):
                return False
        cursor.end()
    except (InvalidValue, UnsupportedValue):
        return False
    return True


def absolute(
    custom: Mapping[str, Custom | None],
    names: Mapping[str, object],
    registered: Mapping[str, PropertyRule],
    context: Context,
) -> Mapping[str, Custom | None]:
    """Return custom properties with the relative lengths of those declared here computed to px."""
    changed: dict[str, Custom | None] = {}
    for name in names:
        rule, value = registered.get(name), custom.get(name)
        if rule is None or value is None or "<length" not in rule.syntax:
            continue
        cursor = Cursor(value.tokens)
        try:
            px = calc.length_px(cursor)
        except InvalidValue:
            continue
        if isinstance(px, Deferred) and cursor.done:
            text = f"{px.fn(context):.6f}px"
            changed[name] = Custom(tuple(tokenize(text)), text, False)
    return {**custom, **changed} if changed else custom


def substituted(
    value: PendingSubstitution,
    custom: Mapping[str, Custom | None],
    notes: list[tuple[PendingSubstitution, str]],
    replacer: Replacer | None = None,
) -> Values:
    """Return the value for each key of the property, empty where it is invalid at computed-value time."""
    name = value.row.name
    try:
        tokens = Substitution(custom, replacer).whole(value.tokens)
    except (Unresolved, InvalidValue) as error:
        _note(notes, value, str(error))
        return {}
    key = (name, value.lines, tinycss2.serialize(tokens))
    try:
        BUDGET.token(_TOKENS * max(0, len(key[2]) - _SHORT))
    except Exhausted:
        return {}
    found = _substituted.peek(key)
    if found is None:
        found = _parsed(value, tokens)
        if len(key[2]) < 10_000:
            _substituted.put(key, found)
    pairs, error_text = found
    if error_text:
        _note(notes, value, error_text)
    return pairs


def _parsed(value: PendingSubstitution, tokens: list[Token]) -> tuple[Values, str]:
    row = value.row
    cursor = Cursor(tokens)
    if len(cursor.tokens) == 1 and (word := cursor.ident()) in WIDE:
        pairs: Values = dict.fromkeys(keys_of(row), Wide(str(word)))
    else:
        try:
            pairs = parse_row(row, cursor)
        except (InvalidValue, UnsupportedValue) as error:
            return {}, str(error)
    return on_lines(row, pairs, value.lines), ""


def _note(notes: list[tuple[PendingSubstitution, str]], value: PendingSubstitution, reason: str) -> None:
    message = f"'{value.row.name}' is ignored where its references are known: {reason}"
    if all(message != other or value.tokens is not found.tokens for found, other in notes):
        notes.append((value, message))


def report_unresolved(
    notes: Iterable[tuple[PendingSubstitution, str]],
    sheets: Iterable[Loaded],
    inline_places: Mapping[int, Place],
    report: Report,
) -> None:
    """Report each pending declaration that turned out invalid; places are found only if there is one."""
    if not notes:
        return
    places = dict(inline_places)
    for sheet in sheets:
        for rule in sheet.sheet.rules:
            for value in (*rule.block.normal.values(), *rule.block.important.values()):
                if value.__class__ is PendingSubstitution:
                    places[id(value.tokens)] = (sheet.file, sheet.line, sheet.column)
    for pending, message in notes:
        file, line, column = places.get(id(pending.tokens), ("", 1, 1))
        report.diagnostics.append(
            Diagnostic(
                "warning",
                "css-invalid-value",
                message,
                file or report.file,
                line + pending.line - 1,
                pending.column + (column - 1 if pending.line == 1 else 0),
                pending.row.name,
            )
        )
