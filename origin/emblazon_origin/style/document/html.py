"""HTML text → a tree of `Node`s with source positions, by HTML5's own parsing rules (Lexbor).

Lexbor keeps no positions, so each start tag gets an attribute with its offset, which is taken out again.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from ... import limits
from ...errors import CardError
from ..values.node import Node

_POSITION = "eb-at"
_RAW = "style|script|title|textarea|xmp|iframe|noembed|noframes"
# Possessive quantifiers keep this linear on any input.
_ATTRIBUTES = r"""(?:[\s/]++|[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+|=)*+"""
_TAG = re.compile(rf"<!--.*?(?:-->|\Z)|<([a-zA-Z][^\s/>]*+)({_ATTRIBUTES})(>?)", re.DOTALL)
_DOCTYPE = re.compile(r"\s*+(?:<!--.*?-->\s*+)*+<!doctype\s++html", re.IGNORECASE | re.DOTALL)
_STYLE = re.compile(r"""[\s/"']style\s*=\s*(["']?)""", re.IGNORECASE)
_RAW_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _RAW.split("|")}


@dataclass(slots=True)
class StyleSource:
    """A `<style>` or `<link rel=stylesheet>` in document order; lines and columns are 1-based."""

    text: str = ""
    href: str = ""
    media: str = ""
    line: int = 1
    column: int = 1


@dataclass(slots=True)
class ParsedHtml:
    """The tree, its stylesheets in order, and its `<base href>`."""

    root: Node
    styles: list[StyleSource] = field(default_factory=list)
    base: str = ""
    elements: int = 0
    quirks: bool = False  # without a doctype, browsers fill the viewport with the body


class _Lines:
    """Offsets to 1-based lines and columns."""

    def __init__(self, text: str) -> None:
        self.starts = [0]
        find, at = text.find, -1
        while (at := find("\n", at + 1)) >= 0:
            self.starts.append(at + 1)

    def line(self, offset: int) -> int:
        return bisect_right(self.starts, offset)

    def place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


def _with_positions(html: str) -> str:
    """Return the HTML with `eb-at="tag,style value,end"` on every start tag."""
    pieces: list[str] = []
    done = position = 0
    while (match := _TAG.search(html, position)) is not None:
        position = match.end()
        name = match[1]
        if name is None:
            continue
        if not match[3]:  # the document ends inside a tag, which HTML drops
            break
        style = -1
        if (found := _STYLE.search(match[2])) is not None:
            style = match.start(2) + found.end()
        at = match.end(1)
        pieces.append(f'{html[done:at]} {_POSITION}="{match.start()},{style},{position}"')
        done = at
        lowered = name.lower()
        if lowered == "plaintext":
            break
        if lowered in _RAW_ENDS:
            end = _RAW_ENDS[lowered].search(html, position)
            position = len(html) if end is None else end.start()
    pieces.append(html[done:])
    return "".join(pieces)


def parse_html(html: str) -> ParsedHtml:
    """Parse a document or a fragment; raise `CardError` beyond the limits."""
    if len(html) > limits.MAX_HTML_BYTES:
        raise CardError(f"the HTML is longer than {limits.MAX_HTML_BYTES} bytes")
    html = html.replace("\0", "\ufffd").removeprefix("\ufeff")
    if "\r" in html:
        html = html.replace("\r\n", "\n").replace("\r", "\n")
    html = html.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    parser = LexborHTMLParser(_with_positions(html))
    root = parser.root
    if root is None or root.tag != "html":
        return ParsedHtml(Node("html", {}))
    parsed = _Builder(_Lines(html)).build(root)
    parsed.quirks = _DOCTYPE.match(html) is None
    return parsed


class _Builder:
    def __init__(self, lines: _Lines) -> None:
        self.lines = lines

    def build(self, source: Any) -> ParsedHtml:
        root = self.node(source, None)
        root.siblings = [root]
        parsed = ParsedHtml(root)
        stack: list[tuple[Any, Node, int]] = [(source, root, 1)]
        while stack:
            parent_source, parent, depth = stack.pop()
            if depth > limits.MAX_DEPTH:
                raise CardError(f"elements are nested more than {limits.MAX_DEPTH} deep")
            child = parent_source.child
            later: list[tuple[Any, Node, int]] = []
            while child is not None:
                if child.is_text_node:
                    self.text(child.text(deep=True), parent)
                elif child.is_element_node:
                    parsed.elements += 1
                    if parsed.elements > limits.MAX_ELEMENTS:
                        raise CardError(f"more than {limits.MAX_ELEMENTS} elements")
                    node = self.node(child, parent)
                    if node.tag not in ("script", "template"):
                        later.append((child, node, depth + 1))
                child = child.next
            stack += reversed(later)
            for index, node in enumerate(parent.elements):
                node.index, node.siblings = index, parent.elements
        self.styles(parsed)
        return parsed

    def text(self, data: str, parent: Node) -> None:
        parent.children.append(data)

    def node(self, source: Any, parent: Node | None) -> Node:
        attributes = {name: value or "" for name, value in source.attributes.items()}
        at = attributes.pop(_POSITION, None)
        node = Node(source.tag.lower(), attributes, parent, name=source.tag)
        if at is not None:
            self.locate(node, at)
        if "id" in attributes:
            node.id = attributes["id"]
        if "class" in attributes:
            node.classes = frozenset(attributes["class"].split())
        if parent is not None:
            parent.children.append(node)
            parent.elements.append(node)
        return node

    def locate(self, node: Node, at: str) -> None:
        start, style, end = map(int, at.split(","))
        node.line = self.lines.line(start)
        if node.tag == "style":
            node.style_line, node.style_column = self.lines.place(end)
        elif style >= 0:
            node.style_line, node.style_column = self.lines.place(style)

    def styles(self, parsed: ParsedHtml) -> None:
        """Collect stylesheets and the base in document order."""
        stack = [parsed.root]
        while stack:
            node = stack.pop()
            attributes = node.attributes
            if node.tag == "style" and attributes.get("type", "text/css").strip().lower() in ("text/css", ""):
                text = "".join(c for c in node.children if isinstance(c, str))
                media = attributes.get("media", "")
                parsed.styles.append(
                    StyleSource(text, "", media, node.style_line or 1, node.style_column or 1)
                )
            elif node.tag == "link" and "stylesheet" in attributes.get("rel", "").lower().split():
                if attributes.get("href") and "alternate" not in attributes.get("rel", "").lower().split():
                    parsed.styles.append(
                        StyleSource("", attributes["href"], attributes.get("media", ""), node.line, 1)
                    )
            elif node.tag == "base" and "href" in attributes and not parsed.base:
                parsed.base = attributes["href"]
            stack += reversed(node.elements)
