"""Declarations of one block: parsed once for each stylesheet, never for each element."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

import tinycss2

from ...report import Code, Severity
from .. import properties
from ..values.tokens import (
    MAX_NESTING,
    Cursor,
    Declaration,
    InvalidValue,
    Token,
    UnsupportedValue,
    bounded_numbers,
    tokenize,
    too_deep,
)
from ..values.writing_modes import HORIZONTAL, Lines, physical_name
from . import registry
from .references import functions, is_of_element, is_substituted, is_well_formed
from .registry import Logical, Longhand, Other, Shorthand, Values

assert properties  # noqa: S101 - importing it fills the registry

WIDE = frozenset(("inherit", "initial", "unset", "revert", "revert-layer"))
# Properties of CSS boxes that SVG shapes have too.
SVG_SHARED = frozenset((
    "color", "opacity", "display", "visibility", "font", "font-family", "font-size", "font-weight",
    "font-style", "font-stretch", "font-variant", "direction", "unicode-bidi", "writing-mode",
    "letter-spacing", "word-spacing", "text-decoration", "transform", "transform-origin", "transform-box",
    "mix-blend-mode", "clip-path", "mask", "mask-image", "filter", "isolation", "paint-order", "width",
    "height", "text-transform", "text-shadow", "translate", "rotate", "scale", "offset-path",
    "font-feature-settings", "overflow", "white-space",
    "font-variant-numeric", "font-variant-ligatures", "font-variant-caps",
))  # fmt: skip


class Note(NamedTuple):
    """A finding, at a place in its own CSS text (1-based)."""

    severity: Severity
    code: Code
    message: str
    line: int = 0
    column: int = 0
    where: str = ""


class Wide(NamedTuple):
    """A CSS-wide keyword."""

    keyword: str


class PendingSubstitution(NamedTuple):
    """A value with var() or the like, parsed when the custom properties are known; one for all its keys."""

    row: registry.Property
    tokens: tuple[Token, ...]
    lines: Lines
    line: int
    column: int
    of_element: bool = False  # not the same for all elements with the same custom properties

    def at(self, line: int, column: int) -> PendingSubstitution:
        """Return the same value at another place of the sheets, with an identity of its own."""
        return self._replace(tokens=(*self.tokens,), line=line, column=column)


class Custom(NamedTuple):
    """The value of a custom property as written."""

    tokens: tuple[Token, ...]
    text: str
    substitutes: bool
    of_element: bool = False


class Written:
    """A value for SVG shapes: it is read, as that of a custom property, once one of them asks for it."""

    __slots__ = ("_read", "_tokens")

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._read: Custom | Wide | None = None

    @property
    def value(self) -> Custom | Wide:
        """The value, trimmed of white space."""
        if self._read is None:
            self._read = custom_value(self._tokens)
        return self._read


@dataclass(slots=True)
class Block:
    """Declarations by key, in one order: the last of a key wins.

    Flow-relative properties differ by how lines run: those of `normal` and `important` from left to right.
    """

    normal: Values = field(default_factory=dict)
    important: Values = field(default_factory=dict)
    # What is declared, in order, for lines that run otherwise, and what it comes to there once asked for.
    declared: list[tuple[registry.Property | None, Values, bool]] = field(default_factory=list)
    on_others: dict[tuple[Lines, bool], Values] = field(default_factory=dict)
    sets_lines: bool = False  # whether it has a direction or a writing mode
    svg: dict[str, Written] = field(default_factory=dict)  # of SVG shapes alone
    svg_shared: dict[str, Written] = field(default_factory=dict)
    svg_important: dict[str, Written] = field(default_factory=dict)
    custom: dict[str, Custom | Wide] = field(default_factory=dict)
    custom_important: dict[str, Custom | Wide] = field(default_factory=dict)

    is_of_element: bool = False  # whether a value may differ between elements with the same declarations

    def values(self, lines: Lines, important: bool = False) -> Values:
        """Return the declarations as they are for an element's lines."""
        if lines == HORIZONTAL[0]:
            return self.important if important else self.normal
        found = self.on_others.get((lines, important))
        if found is None:
            found = {}
            for row, pairs, for_important in self.declared:
                if for_important == important:
                    found.update(pairs if row is None else on_lines(row, pairs, lines))
            self.on_others[lines, important] = found
        return found

    def store(self, row: registry.Property, pairs: Values, important: bool) -> None:
        """Put a property's values behind what is there."""
        ltr = self.important if important else self.normal
        for key, value in pairs.items():
            ltr[key] = value
            if value.__class__ is PendingSubstitution and value.of_element:
                self.is_of_element = True
        self.declared.append((row, pairs, important))
        self.sets_lines = self.sets_lines or not pairs.keys().isdisjoint(_LINES)

    @property
    def filled(self) -> Filled:
        """The tables that have something in them, with their names."""
        return tuple([(name, table) for name in _TABLES if (table := getattr(self, name))])

    def add(self, other: Block, filled: Filled) -> None:
        """Put another block's declarations behind what is there; `filled` are the tables that it has."""
        for name, table in filled:
            getattr(self, name).update(table)
        self.declared += other.declared
        if other.sets_lines:
            self.sets_lines = True
        if other.is_of_element:
            self.is_of_element = True

    @property
    def size(self) -> int:
        """How many declarations there are."""
        svg = len(self.svg) + len(self.svg_shared) + len(self.svg_important)
        own = len(self.normal) + len(self.important)
        return svg + own + len(self.custom) + len(self.custom_important)

    def __bool__(self) -> bool:
        return bool(
            self.normal
            or self.important
            or self.custom
            or self.custom_important
            or self.svg
            or self.svg_shared
        )


_LINES = frozenset(("direction", "writing_mode"))
_TABLES = ("normal", "important", "svg", "svg_shared", "svg_important", "custom", "custom_important")
Filled: TypeAlias = tuple[tuple[str, dict[str, object]], ...]  # of values by key or name


def substitutes(tokens: Sequence[Token]) -> bool:
    """True where var() or another function that stands for tokens occurs at any depth."""
    return any(is_substituted(function) for function in functions(tokens))


def _of_element(tokens: Sequence[Token]) -> bool:
    return any(is_of_element(function) for function in functions(tokens))


def _is_content(row: registry.Property, tokens: Sequence[Token]) -> bool:
    """Whether nothing is substituted but attributes as strings, which `content` reads itself."""
    found = [function for function in functions(tokens) if is_substituted(function)]
    plain = all(f.lower_name == "attr" and not list(functions(f.arguments)) for f in found)
    return row.name == "content" and plain


def parse_declaration(declaration: Declaration, block: Block, notes: list[Note]) -> None:
    """Add one tinycss2 declaration to the block, or say why not."""
    name = declaration.name if declaration.name.startswith("--") else declaration.lower_name
    line, column = declaration.source_line, declaration.source_column
    if too_deep(declaration.value):
        message = f"'{name}' is ignored: it is nested more than {MAX_NESTING} deep"
        notes.append(Note("warning", "limit", message, line, column, name))
        return
    if name.startswith("--"):
        if not is_well_formed(declaration.value):
            message = f"'{name}' is ignored: its value is malformed"
            notes.append(Note("warning", "css-invalid-value", message, line, column, name))
            return
        target = block.custom_important if declaration.important else block.custom
        target[name] = value = custom_value(declaration.value)
        block.is_of_element = block.is_of_element or (isinstance(value, Custom) and value.of_element)
        return
    row = registry.find(name)
    plain = registry.ALIASES.get(name, name)
    if plain in SVG_SHARED or (row is not None and row.status == "svg"):
        written = Written(declaration.value)
        (block.svg_shared if plain in SVG_SHARED else block.svg)[plain] = written
        if declaration.important:
            block.svg_important[plain] = written
    if row is None:
        if name == "all":
            _all(declaration, block, notes)
            return
        if name.startswith(("-webkit-", "-moz-", "-ms-", "-o-", "-khtml-", "*", "_")):
            notes.append(Note("info", "css-unknown-property", f"'{name}' is not known", line, column, name))
        else:
            message = f"unknown property '{name}'{registry.suggest(name)}"
            notes.append(Note("warning", "css-unknown-property", message, line, column, name))
        return
    if name.startswith(_ANIMATED):
        notes.append(Note("info", "css-unsupported-property", f"'{name}': {row.note}", line, column, name))
    if isinstance(row, Other):
        text = tinycss2.serialize(declaration.value).strip().lower()
        if row.status == "no":
            if text in row.harmless or text in _WITHOUT_EFFECT:
                return
            message = f"'{name}' is not supported: {row.note}"
            notes.append(Note("warning", "css-unsupported-property", message, line, column, name))
        return
    try:
        pairs, remarks = evaluate(row, declaration.value, line, column)
    except (InvalidValue, UnsupportedValue) as error:
        code: Code = "css-invalid-value" if isinstance(error, InvalidValue) else "css-unsupported-value"
        value = tinycss2.serialize(declaration.value).strip()
        shown = value if len(value) <= 60 else value[:59] + "…"
        notes.append(Note("warning", code, f"'{name}: {shown}' is ignored: {error}", line, column, name))
        return
    notes.extend(Note("warning", "css-unsupported-value", r, line, column, name) for r in remarks)
    block.store(row, pairs, declaration.important)


_ANIMATED = ("animation", "transition", "-webkit-animation", "-webkit-transition")
_WITHOUT_EFFECT = frozenset(("initial", "inherit", "unset", "revert", "revert-layer"))


def on_lines(row: registry.Property, pairs: Values, lines: Lines) -> Values:
    """Return the values of a row by the keys that they have for an element's lines."""
    if not isinstance(row, Logical):
        return pairs
    keys = dict(zip(row.ltr, row.rtl if lines.rtl else row.ltr, strict=True))
    return {
        physical_name(lines.flow, keys[key]): (
            value._replace(lines=lines) if isinstance(value, PendingSubstitution) else value
        )
        for key, value in pairs.items()
    }


def keys_of(row: registry.Property) -> tuple[str, ...]:
    """Return the (left-to-right) keys a property sets."""
    if isinstance(row, Longhand):
        return (row.key,)
    if isinstance(row, Shorthand):
        return row.keys
    return row.ltr if isinstance(row, Logical) else ()


def evaluate(
    row: registry.Property, tokens: Sequence[Token], line: int = 0, column: int = 0
) -> tuple[Values, list[str]]:
    """Return the value for each key, and remarks; raise `InvalidValue` or `UnsupportedValue`."""
    keys = keys_of(row)
    cursor = Cursor(tokens)
    if cursor.done:
        raise InvalidValue("the value is empty")
    if len(cursor.tokens) == 1 and (name := cursor.ident()) in WIDE:
        return dict.fromkeys(keys, Wide(str(name))), []
    if substitutes(tokens) and not _is_content(row, tokens):
        if not is_well_formed(tokens):
            raise InvalidValue("its var() or env() is malformed")
        pending = PendingSubstitution(row, tuple(tokens), Lines(), line, column, _of_element(tokens))
        return dict.fromkeys(keys, pending), []
    pairs = parse_row(row, cursor)
    return pairs, cursor.notes


def parse_row(row: registry.Property, cursor: Cursor) -> Values:
    """Return the value for each key of a value without substitutions."""
    assert not isinstance(row, Other)  # noqa: S101 - callers know
    pairs = {row.key: row.parse(cursor)} if isinstance(row, Longhand) else dict(row.parse(cursor))
    cursor.end()
    return pairs


def custom_value(tokens: Sequence[Token]) -> Custom | Wide:
    """Return a custom property's value, trimmed of white space."""
    items = [t for t in tokens if t.type != "comment"]
    while items and items[0].type == "whitespace":
        del items[0]
    while items and items[-1].type == "whitespace":
        del items[-1]
    if len(items) == 1 and items[0].type == "ident" and items[0].lower_value in WIDE:
        return Wide(items[0].lower_value)
    return Custom(tuple(items), tinycss2.serialize(items), substitutes(items), _of_element(items))


def with_units(syntax: str, value: Custom) -> Custom:
    """Return a registered custom property's value with its zeros as lengths, where its syntax asks for those.

    A `0` is a length in a declaration; a number `calc()` could add to none (CSS Properties and Values 1).
    """
    zeros = [token.type == "number" and token.value == 0 for token in value.tokens]
    if not any(zeros):
        return value
    components = [component.strip() for component in syntax.split("|")]
    takes_numbers = any(component.startswith(("<number>", "<integer>")) for component in components)
    if takes_numbers or not any(component.startswith("<length") for component in components):
        return value
    (zero,) = tokenize("0px")
    tokens = [zero if is_zero else token for token, is_zero in zip(value.tokens, zeros, strict=True)]
    return value._replace(tokens=tuple(tokens), text=tinycss2.serialize(tokens))


def _all(declaration: Declaration, block: Block, notes: list[Note]) -> None:
    cursor = Cursor(declaration.value)
    name = cursor.ident()
    if len(cursor.tokens) != 1 or name not in WIDE:
        message = "'all' takes inherit, initial, unset, revert or revert-layer"
        notes.append(
            Note(
                "warning",
                "css-invalid-value",
                message,
                declaration.source_line,
                declaration.source_column,
                "all",
            )
        )
        return
    keys = [k for k in registry.LONGHANDS if k not in ("direction", "unicode_bidi")]
    pairs: Values = dict.fromkeys(keys, Wide(str(name)))
    (block.important if declaration.important else block.normal).update(pairs)
    block.sets_lines = True
    block.declared.append((None, pairs, declaration.important))


def parse_block(text: str) -> tuple[Block, list[Note]]:
    """Parse a `style` attribute."""
    block, notes = Block(), list[Note]()
    for item in tinycss2.parse_blocks_contents(
        bounded_numbers(text), skip_comments=True, skip_whitespace=True
    ):
        if item.type == "declaration":
            parse_declaration(item, block, notes)
        elif item.type == "error":
            notes.append(Note("warning", "css-syntax", item.message, item.source_line, item.source_column))
        else:
            message = "rules are not allowed in a style attribute"
            notes.append(Note("warning", "css-syntax", message, item.source_line, item.source_column))
    return block, notes
