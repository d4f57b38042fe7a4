"""Rules that patterns can take apart: selectors, and declarations without escapes, `url()` or rules inside.

Most of a sheet is such rules, and most declarations have come before, in this sheet or in another: each is
tokenised and parsed once, by its text. What a pattern cannot tell for sure, and what there is something to
say about, is left to the tokeniser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import tinycss2
from tinycss2 import ast

from ...caching import ByteCache
from ..selectors import GENERATED, InvalidSelector, Selector, class_selector, parse_selector_list
from ..values.tokens import Declaration, bounded_numbers, tokenize
from .declarations import Block, Filled, Note, PendingSubstitution, keys_of, parse_declaration
from .plain_values import plain_tokens

_ESCAPE = r"\\[^\n{};\"'/*]"
_STRING = r'"(?:[^"\\\n{};]++|\\[^\n{};])*+"|' + r"'(?:[^'\\\n{};]++|\\[^\n{};])*+'"
_COMMENT = r"/\*(?:[^*]|\*(?!/))*+\*/"
_GAP = rf"(?:[ \t\n]|{_COMMENT})*+"
_FLAT = rf"(?:[^{{}}\"'\\/;]++|{_STRING}|/(?!\*)|{_COMMENT}|{_ESCAPE})*+"
_FLATS = rf"(?:[^{{}}\"'\\/]++|{_STRING}|/(?!\*)|{_COMMENT}|{_ESCAPE})*+"
_PRELUDE = rf"(?=[^\s{{}}\"'/;@<-])(?:[^{{}}\"'\\/;@]++|{_STRING}|{_ESCAPE})++"
_RULE = re.compile(rf"{_GAP}({_PRELUDE})\{{({_FLATS})\}}{_GAP}")
# An at-rule, or a rule with rules inside that have none.
_BLOCK = rf"[^\s;{{}}\"'\\]{_FLAT}\{{(?:{_FLATS}\{{{_FLATS}\}})*+{_FLATS}\}}"
_OTHER = re.compile(rf"{_GAP}(?:@{_FLAT};|{_BLOCK})")
_BODY = re.compile(_FLATS)
_END = re.compile(rf"{_GAP}\Z")
# What never ends, which no rule has, is taken in one step: it would be looked for from each of its quotes.
_OPAQUE = re.compile(rf"{_STRING}|{_COMMENT}|{_ESCAPE}|(?:[\"']|/\*)[\s\S]*+")
_INNERMOST = re.compile(r"\([^()\[\]{};]*+\)|\[[^()\[\]{};]*+\]")
_BRACKET = re.compile(r"[()\[\]]")
_ODD_URL = re.compile(r"url\((?![ \t\n]*(?:[\"']|[\w.:%~?&=#+,@/-]*[ \t\n]*\)))", re.IGNORECASE)
_COMMENTS_BETWEEN = re.compile(rf"(\A|;)((?:[ \t\n]|{_COMMENT})++)")
_NAME = re.compile(r"((?:--|-?[a-zA-Z_])[\w-]*+)[ \t]*+:", re.ASCII)
_NOT_NEW_LINE = re.compile(r"[^\n]")
_NORMALISED = re.compile(r"[\0\r\f]")  # by the tokeniser, which counts lines after it
_DEEPEST = 6  # brackets in brackets
_LONGEST = 2_000  # characters of what is read here
_MOST_OTHERS = 24  # in one sheet; what follows is tokenised as a whole
_SPACE = " \t\n"

T = TypeVar("T")


class PlainRule(NamedTuple):
    """A rule that was read."""

    selectors: tuple[Selector, ...]
    block: Block


class Rest(NamedTuple):
    """Text for the tokeniser, behind white space that gives it its line and column."""

    text: str


@dataclass(slots=True)
class _Places:
    """Lines and columns, from 1, of offsets that only grow: no line is counted twice."""

    text: str
    counted: int = 0
    line: int = 1
    line_break: int = -1  # the last one before `counted`

    def of(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset."""
        if lines := self.text.count("\n", self.counted, offset):
            self.line += lines
            self.line_break = self.text.rfind("\n", self.counted, offset)
        self.counted = offset
        return self.line, offset - self.line_break

    def rest(self, start: int, end: int | None = None) -> Rest:
        """Return a part of the text for the tokeniser."""
        line, column = self.of(start)
        return Rest("\n" * (line - 1) + " " * (column - 1) + self.text[start:end])


def take_apart(text: str) -> Iterator[PlainRule | Rest]:
    """Yield what a sheet is made of, in its order."""
    if _NORMALISED.search(text):
        yield Rest(text)
        return
    at, places = 0, _Places(text)
    for _ in range(_MOST_OTHERS):
        while (match := _RULE.match(text, at)) and _ends_are_sure(match[0]):
            rule = _plain_rule(match, places)
            if rule is None:
                break
            yield rule
            at = match.end()
        other = match or _OTHER.match(text, at)
        if _END.match(text, at) or other is None or not _ends_are_sure(other[0]):
            break
        yield places.rest(at, other.end())
        at = other.end()
    if not _END.match(text, at):
        yield places.rest(at)


def _ends_are_sure(text: str) -> bool:
    """Whether no bracket goes on past a brace or a semicolon."""
    if _BRACKET.search(text) is None:
        return True
    if _ODD_URL.search(text):
        return False
    text = _OPAQUE.sub("", text)
    for _ in range(_DEEPEST):
        text, replaced = _INNERMOST.subn("", text)
        if not replaced:
            break
    return _BRACKET.search(text) is None


def _plain_rule(match: re.Match[str], places: _Places) -> PlainRule | None:
    """Return a rule; None where there is something to say about it, or a comment within a declaration."""
    selectors = _selectors(match[1])
    if selectors is None:
        return None
    block = _block(match[2], match.start(2), places)
    return None if block is None else PlainRule(selectors, block)


def plain_block(text: str) -> Block | None:
    """Return the declarations of a `style` attribute; None where the tokeniser has to read it."""
    text = bounded_numbers(text)
    if _NORMALISED.search(text) or _BODY.fullmatch(text) is None or not _ends_are_sure(text):
        return None
    return _block(text, 0, _Places(text))


def _block(body: str, at: int, places: _Places) -> Block | None:
    if "/*" in body:
        body = _COMMENTS_BETWEEN.sub(lambda found: found[1] + _NOT_NEW_LINE.sub(" ", found[2]), body)
        if "/*" in body:
            return None
    found: list[tuple[_Declared, int, str]] = []
    for piece in body.split(";"):
        written = piece.strip(_SPACE)
        if written:
            declared = _declared(written)
            if declared is None:
                return None
            found.append((declared, at, piece))
        at += len(piece) + 1
    block = Block()
    for declared, start, piece in found:
        block.add(declared.block, declared.filled)
        if declared.pending is not None:
            start += len(piece) - len(piece.lstrip(_SPACE))
            pending = declared.pending.at(*places.of(start))
            block.store(pending.row, dict.fromkeys(keys_of(pending.row), pending), declared.important)
    return block


class _Read(NamedTuple, Generic[T]):
    """What became of a text, to be kept; `found` is None where the tokeniser has to read it."""

    found: T | None
    characters: int


def _weight(entry: _Read[T]) -> int:
    return 1_000 + 60 * entry.characters  # as a sheet's; measured with tracemalloc


_known_selectors: ByteCache[_Read[tuple[Selector, ...]]] = ByteCache("selectors", 1 << 20, _weight)
_known_declarations: ByteCache[_Read[_Declared]] = ByteCache("declarations", 4 << 20, _weight)


def _selectors(prelude: str) -> tuple[Selector, ...] | None:
    if len(prelude) > _LONGEST:
        return None
    return _known_selectors.get(prelude, lambda: _Read(_parsed_selectors(prelude), len(prelude))).found


def _parsed_selectors(prelude: str) -> tuple[Selector, ...] | None:
    one = class_selector(prelude)
    if one is not None:
        return (one,)
    try:
        selectors = parse_selector_list(tokenize(prelude))
    except InvalidSelector:
        return None
    return selectors if all(s.pseudo in ("", *GENERATED) for s in selectors) else None


class _Declared(NamedTuple):
    """What a declaration puts into its block, but a value with var(): that is `pending`."""

    block: Block
    filled: Filled
    pending: PendingSubstitution | None = None
    important: bool = False


def _declared(text: str) -> _Declared | None:
    read = _known_declarations.peek(text)
    if read is None:
        if len(text) > _LONGEST:
            return None
        read = _known_declarations.put(text, _Read(_parsed(text), len(text)))
    return read.found


def _parsed(text: str) -> _Declared | None:
    """Return a declaration; None where it is none, or there is something to say about it."""
    item = _declaration(text)
    if item is None:
        return None
    block, notes = Block(), list[Note]()
    parse_declaration(item, block, notes)
    if notes:
        return None
    values = [*block.normal.values(), *block.important.values()]
    if values and isinstance(values[0], PendingSubstitution):
        own = Block(svg=block.svg, svg_shared=block.svg_shared, svg_important=block.svg_important)
        return _Declared(own, own.filled, values[0], item.important)
    return _Declared(block, block.filled)


def _declaration(text: str) -> Declaration | None:
    """Return a name and its value; None where the text is something else."""
    match = _NAME.match(text)
    value = plain_tokens(text[match.end() :], match.end() + 1) if match is not None else None
    if match is not None and value is not None:
        name = match[1]
        return ast.Declaration(1, 1, name, name.lower(), value, important=False)  # type: ignore[no-any-return]
    items = tinycss2.parse_blocks_contents(text, skip_comments=True, skip_whitespace=True)
    return items[0] if len(items) == 1 and items[0].type == "declaration" else None
