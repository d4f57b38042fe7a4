"""`::first-letter` (CSS Pseudo 4 §2.2): which characters of a block it is, and the element made of them."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from ...clusters import CLUSTER
from ..values.dom import Element, Text

_BEFORE = frozenset(("Ps", "Pe", "Pi", "Pf", "Po", "Pd", "Pc"))
_AFTER = frozenset(("Pe", "Pi", "Pf", "Po", "Pc"))
BLOCKS = frozenset(("block", "inline-block", "list-item", "flow-root"))
_ENTERED = frozenset(("inline", "contents", "block", "list-item", "flow-root"))
_ATOMIC = frozenset(("img", "svg", "br", "video", "canvas", "iframe", "input"))


class FirstLetter(NamedTuple):
    """Where the first letter stands: its text node in its parent, as `data[start:end]`."""

    parent: Element
    child: int
    start: int
    end: int


def find_first_letter(block: Element) -> FirstLetter | None:
    """Return the first letter of a block's first line, None where something else comes first."""
    stack: list[tuple[Element, int]] = [(block, 0)]
    while stack:
        parent, index = stack.pop()
        if index >= len(parent.children):
            continue
        stack.append((parent, index + 1))
        child = parent.children[index]
        if isinstance(child, Text):
            if span := letter_span(child.data):
                return FirstLetter(parent, index, *span)
            if child.data.strip():
                return None
        elif child.tag == "::marker" or child.style.position in ("absolute", "fixed"):
            continue
        elif child.tag in _ATOMIC or child.tag == "::first-letter" or child.style.display not in _ENTERED:
            return None
        else:
            stack.append((child, 0))
    return None


def letter_span(text: str) -> tuple[int, int] | None:
    """Return the span of the first letter with the punctuation around it, after leading white space."""
    start = len(text) - len(text.lstrip())
    at = _after(text, start, _BEFORE)
    if at > start:
        at = _after(text, at, _BEFORE | {"Zs"})
    match = CLUSTER.match(text, at)
    if match is None or match[0].isspace():
        return None
    return start, _after(text, match.end(), _AFTER)


def _after(text: str, at: int, categories: frozenset[str]) -> int:
    while at < len(text) and unicodedata.category(text[at]) in categories:
        at += 1
    return at


def wrap(found: FirstLetter, letter: Element) -> None:
    """Put the letter's element where its characters were."""
    text = found.parent.children[found.child]
    if not isinstance(text, Text):
        return
    data = text.data
    letter.children.append(Text(data[found.start : found.end]))
    parts: list[Element | Text] = [Text(data[: found.start]), letter, Text(data[found.end :])]
    found.parent.children[found.child : found.child + 1] = [
        part for part in parts if isinstance(part, Element) or part.data
    ]
