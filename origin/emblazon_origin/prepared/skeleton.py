"""HTML taken apart: its texts, and the skeleton that is left of it.

Two documents with one skeleton have the same elements, attributes, style sheets and lines, and as many
texts, each with the same white space around it: their trees differ in the data of text nodes alone.

In a laid-out document each text has its place: a text node, and the boxes that depend on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from ..layout.boxes.fragment import LayoutResults
from ..layout.boxes.nodes import Absolute, Atomic, InlineContent, Node, OpenBox
from ..style.cascade.generated_content import letter_parts
from ..style.document.presentational_hints import first_strong, has_auto_direction
from ..style.values.dom import Element, HtmlNode, StyledDocument, Text
from ..text.line_model import TextItem

MAX_CHARACTERS = 100_000  # longer documents are not taken apart
_WHITE_SPACE = " \t\n\f"
# What these hold is not text of the page, or text that no layout sees as such.
RAW = ("style", "script", "svg", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript", "template",
       "select", "object", "math", "plaintext")  # fmt: skip
# Possessive, and with an end that is always found: linear on any input. Every branch begins with a character,
# so that those between are passed over at once, as are all of a style sheet but its "<".
_PIECE = re.compile(
    rf"<(?:({'|'.join(RAW)})\b[^<]*+(?:<(?!/\1\b)[^<]*+)*+|!--.*?(?:-->|\Z)|title\b[^>]*+>([^<]*+))"
    r"|>[ \t\n\f]*+([^<\s](?:[^<]*[^<\s])?)[^<]*+",
    re.DOTALL | re.IGNORECASE,
)

_UNSEEN = frozenset((*RAW, "title"))


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
        title, text = match[2], match[3]
        if title is not None:  # what nobody sees: only its lines count
            kept += html[done : match.start(2)], "\n" * title.count("\n")
            first = min(first, match.start())
            done = match.end()
        elif text is not None:
            start, end = match.span(3)
            first = min(first, start)
            kept += html[done:start], "\0", "\n" * text.count("\n"), "\0"  # before white space after it
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


@dataclass(slots=True, eq=False)
class TextPlace:
    """One text: where it stands in the HTML, and what was made of it. White space around it stays."""

    parent: HtmlNode
    index: int
    before: str
    after: str
    written: str  # as it stands in the HTML now
    data: str  # the characters that this stands for
    has_letter: bool = False  # a ::first-letter, which parts it
    is_known: bool = False  # all that the document shows of it is: styles can show it elsewhere
    texts: list[Text] = field(default_factory=list)
    items: list[TextItem] = field(default_factory=list)
    holders: list[Node] = field(default_factory=list)  # the box that holds it
    around: list[Node] = field(default_factory=list)  # those up to the root

    def takes(self, data: str) -> bool:
        """Whether another text can stand here."""
        if not self.is_known or not self.has_letter:
            return self.is_known
        # Of white space boxes are made in other ways.
        were = [text.data.isspace() for text in self.texts]
        return [part.isspace() for part in self.parts(data)] == were

    def parts(self, data: str) -> list[str]:
        """Return the text nodes that a text is."""
        whole = f"{self.before}{data}{self.after}"
        return letter_parts(whole) if self.has_letter else [whole]

    def put(self, written: str, data: str, results: LayoutResults) -> None:
        """Let another text stand here, and forget what was known of the boxes around it."""
        self.written, self.data = written, data
        self.parent.children[self.index] = f"{self.before}{data}{self.after}"
        for text, item, part in zip(self.texts, self.items, self.parts(data), strict=True):
            text.data = item.text = part
        for node in self.holders:
            results.forget(node)
        for node in self.around:
            results.doubt(node)


@dataclass(slots=True, eq=False)
class AutoDirection:
    """An element whose direction follows from its text."""

    node: HtmlNode
    direction: str

    @property
    def holds(self) -> bool:
        """Whether the text still has the direction that the styles were computed with."""
        return first_strong(self.node) == self.direction


def auto_directions(root: HtmlNode) -> list[AutoDirection]:
    """Return the elements whose direction is their text's."""
    return [AutoDirection(node, first_strong(node)) for node in root.subtree() if has_auto_direction(node)]


def find_places(document: StyledDocument, root: Node, texts: tuple[str, ...]) -> list[TextPlace] | None:
    """Return where each text is; None unless all are found, in the order of the document, and whole."""
    if document.source is None:
        return None
    places: list[TextPlace] = []
    for parent, index, data in _strings(document.source):
        if len(places) == len(texts):
            return None
        written = texts[len(places)]
        own = text_data(written)
        start = len(data) - len(data.lstrip(" \t\n\f"))
        if own is None or not data.startswith(own, start):
            return None
        before, after = data[:start], data[start + len(own) :]
        if after.strip():
            return None
        places.append(TextPlace(parent, index, before, after, written, own))
    if len(places) != len(texts):
        return None
    by_source = {(id(place.parent), place.index): place for place in places}
    for text, in_letter in _texts(document.root):
        if text.source is not None:
            place = by_source.get((id(text.source[0]), text.source[1]))
            if place is not None:
                place.texts.append(text)
                place.has_letter = place.has_letter or in_letter
    for place in places:
        if place.texts and [text.data for text in place.texts] != place.parts(place.data):
            return None
    _find_boxes(root, {id(text): place for place in places for text in place.texts})
    for place in places:
        shown = {id(item.source): item for item in place.items}
        whole = shown.keys() == {id(text) for text in place.texts} and len(shown) == len(place.items)
        place.is_known = whole and bool(shown)
        if place.is_known:
            place.items = [shown[id(text)] for text in place.texts]
    return places


def _strings(root: HtmlNode) -> Iterator[tuple[HtmlNode, int, str]]:
    """Yield the texts that are more than white space, in document order."""
    stack: list[tuple[HtmlNode, int, HtmlNode | str]] = [(root, 0, root)]
    while stack:
        parent, index, child = stack.pop()
        if isinstance(child, str):
            if child.strip():
                yield parent, index, child
        elif child.tag not in _UNSEEN:
            stack += [(child, at, below) for at, below in reversed(list(enumerate(child.children)))]


def _texts(root: Element) -> Iterator[tuple[Text, bool]]:
    """Yield the texts in document order, and whether each is a first letter."""
    stack: list[tuple[Element | Text, bool]] = [(root, False)]
    while stack:
        item, in_letter = stack.pop()
        if isinstance(item, Text):
            yield item, in_letter
        else:
            in_letter = item.tag == "::first-letter"
            stack += [(child, in_letter) for child in reversed(item.children)]


def _with_annotations(node: Node) -> Iterator[InlineContent]:
    for entry in node.content:
        yield entry
        if isinstance(entry, OpenBox) and entry.annotation is not None:
            yield from entry.annotation.content


def _find_boxes(root: Node, by_text: dict[int, TextPlace]) -> None:
    """Note on each place its items, and the boxes from the one that holds it up to the root."""
    stack: list[tuple[Node, tuple[Node, ...]]] = [(root, ())]
    while stack:
        node, around = stack.pop()
        path = (*around, node)
        below = list(node.children)
        if node.marker is not None:
            below.append(node.marker)
        for entry in _with_annotations(node):
            if isinstance(entry, Atomic | Absolute):
                below.append(entry.node)
            elif isinstance(entry, TextItem) and entry.source is not None:
                place = by_text.get(id(entry.source))
                if place is not None:
                    place.items.append(entry)
                    place.holders.append(node)
                    place.around += around
        stack += [(child, path) for child in below]
