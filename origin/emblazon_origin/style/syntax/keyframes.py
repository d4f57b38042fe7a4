"""@keyframes: the frames at which an animation begins and ends; a still picture shows none between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import tinycss2

from ..values.tokens import Cursor, InvalidValue, Rule, Token, split_commas, unexpected
from .declarations import Block, Note, parse_declaration


@dataclass(slots=True)
class Keyframes:
    """The declarations at the start and at the end of an animation."""

    name: str
    start: Block = field(default_factory=Block)
    end: Block = field(default_factory=Block)


def keyframes_rule(item: Rule, notes: list[Note]) -> Keyframes:
    """Return an @keyframes rule; raise `InvalidValue`."""
    cursor = Cursor(item.prelude)
    token = cursor.next()
    if token.type not in ("ident", "string"):
        unexpected(token)
    cursor.end()
    found = Keyframes(str(token.value))
    for frame in tinycss2.parse_rule_list(item.content or (), skip_comments=True, skip_whitespace=True):
        if frame.type != "qualified-rule":
            continue
        places = _places(frame.prelude)
        blocks = [block for at, block in ((0.0, found.start), (100.0, found.end)) if at in places]
        for declaration in tinycss2.parse_blocks_contents(
            frame.content if blocks else (), skip_comments=True, skip_whitespace=True
        ):
            if declaration.type == "declaration" and not declaration.important:  # CSS Animations 1 §3
                for block in blocks:
                    parse_declaration(declaration, block, notes)
    return found


def _places(tokens: Sequence[Token]) -> set[float]:
    """Return where a frame lies, in percent; nowhere where one of its places is unknown."""
    found = set()
    try:
        for part in split_commas(tokens):
            cursor = Cursor(part)
            word = cursor.keyword("from", "to")
            if word is None:
                token = cursor.next()
                if token.type != "percentage":
                    return set()
                found.add(float(token.value))
            else:
                found.add(0.0 if word == "from" else 100.0)
            cursor.end()
    except InvalidValue:
        return set()
    return found
