"""HTML text → a tree of `HtmlNode`s with source positions, by HTML5's own parsing rules (Lexbor).

Lexbor keeps no positions, so each start tag gets an attribute with its offset, which is taken out again.

Elements that are not drawn as a browser would are told with the reason; so are scripts, wherever they stand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ... import limits
from ...errors import LimitError
from ...report import Report
from ..values.dom import HtmlNode
from .doctype import Mode, quirks_of

_POSITION = "eb-at"
_RAW = "style|script|title|textarea|xmp|iframe|noembed|noframes"
# Possessive quantifiers keep this linear on any input.
_ATTRIBUTES = r"""(?:[\s/]++|[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+|=)*+"""
_TAG = re.compile(
    rf"<!--(?:-?>|.*?(?:--!?>|\Z))|<([a-zA-Z][^\s/>]*+)({_ATTRIBUTES})(>?)|</([a-zA-Z]++)", re.DOTALL
)
_ATTRIBUTE = re.compile(r"""[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+""")
_MAX_ATTRIBUTES = 500  # of one element: the parser compares each with each
_SHORT_TAG = 2 * _MAX_ATTRIBUTES  # characters; it cannot hold more
# Elements that HTML opens again in every block that follows while they are not closed (HTML §13.2.4.3).
_FORMATTING = frozenset((
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
))  # fmt: skip
_MAX_REOPENED = 100_000
_STYLE = re.compile(r"""[\s/"']style\s*=\s*(["']?)""", re.IGNORECASE)
_RAW_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _RAW.split("|")}

UNSUPPORTED_ELEMENTS = {
    "video": "only its poster is drawn", "audio": "audio is not drawn",
    "canvas": "a canvas is not drawn", "iframe": "frames are not drawn", "object": "only pictures are drawn",
    "embed": "only pictures are drawn", "input": "form controls are not drawn as such",
    "select": "form controls are not drawn as such", "textarea": "form controls are not drawn as such",
    "math": "MathML is not laid out", "marquee": "a marquee does not move", "progress": "not drawn",
    "meter": "not drawn", "script": "scripts do not run",
    "frameset": "frames are not drawn", "legend": "drawn above what is in its fieldset, not in its border",
}  # fmt: skip

_TAILWIND = re.compile(
    r"cdn\.tailwindcss\.com|/@tailwindcss/browser\b|/tailwindcss@?[^/]*/.*\.js\b", re.IGNORECASE
)
_NO_SCRIPT_TYPES = re.compile(
    r"(?!.*(?:java|ecma)script)(?:application|text)/[^\s;]+|importmap|speculationrules"
)
_MAX_SHOWN = 80
_LAZY = ("data-src", "data-srcset", "data-lazy-src", "data-lazy", "data-original", "data-echo")


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

    root: HtmlNode
    styles: list[StyleSource] = field(default_factory=list)
    base: str = ""
    elements: int = 0
    quirks: Mode = "none"


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


@dataclass(slots=True)
class _Growth:
    """Bounds what the parser will make of the tags, before it does: elements, and those it opens again."""

    tags: int = 0
    reopened: int = 0
    total: int = 0
    opened: Counter[str] = field(default_factory=Counter)

    def start(self, name: str) -> None:
        """Count a start tag."""
        self.tags += 1
        self.reopened += self.total
        if self.tags > limits.MAX_ELEMENTS:
            raise LimitError(f"more than {limits.MAX_ELEMENTS} elements")
        if self.reopened > _MAX_REOPENED:
            raise LimitError("formatting elements such as <b> are left open across too many others")
        if name in _FORMATTING:
            self.opened[name] += 1
            self.total += 1

    def end(self, name: str) -> None:
        """Count an end tag."""
        if self.opened[name]:
            self.opened[name] -= 1
            self.total -= 1


def _attributes_end(text: str) -> int | None:
    """Return where a tag's attributes become too many; None where they do not."""
    if len(text) < _SHORT_TAG:
        return None
    for count, match in enumerate(_ATTRIBUTE.finditer(text), 1):
        if count > _MAX_ATTRIBUTES:
            return match.start()
    return None


def _with_positions(html: str, report: Report) -> str:
    """Return the HTML with `eb-at="tag,style value,end"` on every start tag. Raises LimitError."""
    pieces: list[str] = []
    done = position = 0
    growth = _Growth()
    while (match := _TAG.search(html, position)) is not None:
        position = match.end()
        name = match[1]
        if name is None:
            if match[4] is not None:
                growth.end(match[4].lower())
            continue
        if not match[3]:  # the document ends inside a tag, which HTML drops
            break
        lowered = name.lower()
        growth.start(lowered)
        style = -1
        if match[2] and (found := _STYLE.search(match[2])) is not None:
            style = match.start(2) + found.end()
        at = match.end(1)
        pieces.append(f'{html[done:at]} {_POSITION}="{match.start()},{style},{position}"')
        done = at
        if (cut := _attributes_end(match[2])) is not None:
            pieces.append(html[at : match.start(2) + cut])
            done = match.end(2)
            message = f"<{lowered}> has more than {_MAX_ATTRIBUTES} attributes: the later ones are dropped"
            report.add(
                "warning", "limit", message, line=html.count("\n", 0, match.start()) + 1, where=lowered
            )
        if lowered == "plaintext":
            break
        if lowered in _RAW_ENDS:
            end = _RAW_ENDS[lowered].search(html, position)
            position = len(html) if end is None else end.start()
    pieces.append(html[done:])
    return "".join(pieces)


def parse_html(html: str, report: Report) -> ParsedHtml:
    """Parse a document or a fragment. Raises LimitError."""
    if len(html) > limits.MAX_HTML_BYTES:
        raise LimitError(f"the HTML is longer than {limits.MAX_HTML_BYTES} bytes")
    html = html.replace("\0", "\ufffd").removeprefix("\ufeff")
    if "\r" in html:
        html = html.replace("\r\n", "\n").replace("\r", "\n")
    html = html.encode("utf-8", "replace").decode("utf-8")  # lone surrogates
    parser = LexborHTMLParser(_with_positions(html, report))
    root = parser.root
    if root is None or root.tag != "html":
        return ParsedHtml(HtmlNode("html", {}))
    builder = _Builder(_Lines(html))
    parsed = builder.build(root)
    if builder.flattened:
        message = f"elements are nested more than {limits.MAX_DEPTH} deep: those inside lie side by side"
        report.add("warning", "limit", message)
    parsed.quirks = quirks_of(html)
    return parsed


class _Builder:
    def __init__(self, lines: _Lines) -> None:
        self.lines = lines
        self.flattened = False

    def build(self, source: LexborNode) -> ParsedHtml:
        root = self.node(source, None)
        root.siblings = [root]
        parsed = ParsedHtml(root)
        stack: list[tuple[LexborNode, HtmlNode, int]] = [(source, root, 1)]
        while stack:
            parent_source, parent, depth = stack.pop()
            child = parent_source.child
            later: list[tuple[LexborNode, HtmlNode, int]] = []
            while child is not None:
                if child.is_text_node:
                    self.text(child.text(deep=True), parent)
                elif child.is_element_node:
                    parsed.elements += 1
                    if parsed.elements > limits.MAX_ELEMENTS:
                        raise LimitError(f"more than {limits.MAX_ELEMENTS} elements")
                    node = self.node(child, parent)
                    if node.tag not in ("script", "template"):
                        deep = depth >= limits.MAX_DEPTH  # as in Chromium, what is deeper lies side by side
                        self.flattened = self.flattened or deep
                        later.append((child, parent, depth) if deep else (child, node, depth + 1))
                child = child.next
            stack += reversed(later)
        self.styles(parsed)
        return parsed

    def text(self, data: str, parent: HtmlNode) -> None:
        parent.children.append(data)

    def node(self, source: LexborNode, parent: HtmlNode | None) -> HtmlNode:
        attributes = {name: value or "" for name, value in source.attributes.items()}
        at = attributes.pop(_POSITION, None)
        name = source.tag or ""
        node = HtmlNode(name.lower(), attributes, parent, name=name)
        if at is not None:
            self.locate(node, at)
        if "id" in attributes:
            node.id = attributes["id"]
        if "class" in attributes:
            node.classes = frozenset(attributes["class"].split())
        if parent is not None:
            node.index, node.siblings = len(parent.elements), parent.elements
            parent.children.append(node)
            parent.elements.append(node)
        return node

    def locate(self, node: HtmlNode, at: str) -> None:
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


def report_scripts(root: HtmlNode, report: Report) -> None:
    """Warn of every script, and of pictures that wait for one: nothing runs."""
    for node in root.subtree():
        kind = node.attributes.get("type", "").strip().lower()
        if node.tag == "script" and not _NO_SCRIPT_TYPES.fullmatch(kind):
            report.add("warning", "html-unsupported-element", _script(node), line=node.line, where="script")
        elif node.tag == "img" and (name := _waits_for_script(node.attributes)):
            told = f"<img {name}>: scripts do not run; name the picture in src"
            report.add("warning", "html-unsupported-element", told, line=node.line, where="img")


def _waits_for_script(attributes: Mapping[str, str]) -> str:
    """Return the attribute of a lazy picture that a script would have put in the place of `src`, else ""."""
    source = attributes.get("src", "").strip()
    if "srcset" in attributes or (source and source[:5].lower() != "data:"):
        return ""
    return next((name for name in _LAZY if attributes.get(name)), "")


def _script(node: HtmlNode) -> str:
    source = node.attributes.get("src", "").strip()
    if _TAILWIND.search(source):
        return (
            "<script>: scripts do not run, and Tailwind's play CDN makes its sheet with one; compile it "
            'once (npx @tailwindcss/cli -o card.css) and name it: <link rel="stylesheet" href="card.css">'
        )
    if not source:
        return "<script>: scripts do not run"
    shown = source if len(source) <= _MAX_SHOWN else source[: _MAX_SHOWN - 1] + "…"
    return f"<script src={shown}>: scripts do not run; put what it makes into the HTML or the style sheet"
