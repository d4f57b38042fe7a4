"""Which text node of a laid-out document each text of its skeleton is, and the boxes that depend on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..layout.boxes.fragment import LayoutResults
from ..layout.boxes.nodes import Absolute, Atomic, Node
from ..style.document.presentational_hints import first_strong, has_auto_direction
from ..style.values.dom import Element, HtmlNode, StyledDocument, Text
from ..text.line_model import TextItem
from .skeleton import RAW, text_data

_UNSEEN = frozenset((*RAW, "title"))


@dataclass(slots=True, eq=False)
class TextPlace:
    """One text: where it stands in the HTML, and what was made of it. White space around it stays."""

    parent: HtmlNode
    index: int
    before: str
    after: str
    written: str  # as it stands in the HTML now
    data: str  # the characters that this stands for
    texts: list[Text] = field(default_factory=list)
    items: list[TextItem] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)  # the box that holds it, and those around

    def put(self, written: str, data: str, results: LayoutResults) -> None:
        """Let another text stand here, and forget what was known of the boxes around it."""
        self.written, self.data = written, data
        data = f"{self.before}{data}{self.after}"
        self.parent.children[self.index] = data
        for text in self.texts:
            text.data = data
        for item in self.items:
            item.text = data
        for node in self.nodes:
            results.forget(node)


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
    return [AutoDirection(node, first_strong(node)) for node in _elements(root) if has_auto_direction(node)]


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
    for text in _texts(document.root):
        if text.source is not None:
            place = by_source.get((id(text.source[0]), text.source[1]))
            if place is not None:
                place.texts.append(text)
    if any(text.data is not place.parent.children[place.index] for place in places for text in place.texts):
        return None
    _find_boxes(root, {id(text): place for place in places for text in place.texts})
    return places


def is_whole(place: TextPlace) -> bool:
    """Whether all that the document shows of a text is known: styles can split it or show it elsewhere."""
    return len(place.texts) == 1 and len(place.items) == 1


def _elements(root: HtmlNode) -> Iterator[HtmlNode]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.elements)


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


def _texts(root: Element) -> Iterator[Text]:
    stack: list[Element | Text] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, Text):
            yield item
        else:
            stack += item.children


def _find_boxes(root: Node, by_text: dict[int, TextPlace]) -> None:
    """Note on each place its items, and the boxes from the one that holds it up to the root."""
    stack: list[tuple[Node, tuple[Node, ...]]] = [(root, ())]
    while stack:
        node, around = stack.pop()
        path = (*around, node)
        below = list(node.children)
        if node.marker is not None:
            below.append(node.marker)
        for entry in node.content:
            if isinstance(entry, Atomic | Absolute):
                below.append(entry.node)
            elif isinstance(entry, TextItem) and entry.source is not None:
                place = by_text.get(id(entry.source))
                if place is not None:
                    place.items.append(entry)
                    place.nodes += path
        stack += [(child, path) for child in below]
