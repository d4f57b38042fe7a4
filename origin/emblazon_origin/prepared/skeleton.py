"""HTML taken apart: its texts, and the skeleton that is left of it.

Two documents with one skeleton have the same elements, attributes, style sheets and lines, and as many texts,
each with the same white space around it: their trees differ in the data of text nodes alone.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

MAX_CHARACTERS = 100_000  # longer documents are not taken apart
_WHITE_SPACE = " \t\n\f"
# What these hold is not text of the page, or text that no layout sees as such.
RAW = ("style", "script", "svg", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "template",
       "select", "object", "math", "plaintext")  # fmt: skip
# Possessive, and with an end that is always found: linear on any input.
_PIECE = re.compile(
    rf"<({'|'.join(RAW)})\b.*?(?:</\1\b|\Z)|<!--.*?(?:-->|\Z)|(<title\b[^>]*+>)([^<]*+)"
    r"|>([ \t\n\f]*+)([^<\s](?:[^<]*[^<\s])?)([^<]*+)",
    re.DOTALL | re.IGNORECASE,
)


class Skeleton(NamedTuple):
    """What documents of one template share, and the texts (as written) in which this one is different."""

    key: str
    texts: tuple[str, ...]
    first: int  # offset of the first of them


def take_apart(html: str) -> Skeleton | None:
    """Return a document's skeleton and texts; None where it may not be taken apart."""
    if len(html) > MAX_CHARACTERS or "\r" in html or "\0" in html:
        return None
    kept: list[str] = []
    texts: list[str] = []
    done, first = 0, len(html)
    for match in _PIECE.finditer(html):
        title, text = match[2], match[5]
        if title is not None:  # what nobody sees: only its lines count
            kept += html[done : match.end(2)], "\n" * match[3].count("\n")
            first = min(first, match.start())
            done = match.end()
        elif text is not None:
            start, end = match.span(5)
            first = min(first, start)
            kept += html[done:start], "\0", "\n" * text.count("\n")
            texts.append(text)
            done = end
    kept.append(html[done:])
    return Skeleton("".join(kept), tuple(texts), first)


def text_data(text: str) -> str | None:
    """Return the characters that a text stands for; None where they might make another tree."""
    if "&" not in text:
        return text
    body = LexborHTMLParser(f"<!doctype html><p>{text}</p>").body
    data = body.child.text(deep=True) if body is not None and body.child is not None else ""
    if not data or data[0] in _WHITE_SPACE or data[-1] in _WHITE_SPACE or "\0" in data or "\r" in data:
        return None
    return str(data)
