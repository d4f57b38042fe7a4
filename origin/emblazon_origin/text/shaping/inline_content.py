"""From inline items to one string per paragraph, with white space collapsed (CSS Text 3 §4.1.1).

Atomic inlines become U+FFFC, `<br>` and preserved segment breaks U+000A; `unicode-bidi` becomes the
controls that UAX #9 knows. `Content` remembers which style and inline box each character belongs to.

Before that comes `text-transform`, with the language tailorings of CSS Text 3 §2.1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

import regex

from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element
from ..line_model import Annotation, AtomicItem, BreakItem, CloseItem, InlineItem, OpenItem, TextItem

OBJECT = "\ufffc"
NEWLINE = "\n"
SOFT_HYPHEN = "\u00ad"
# CSS Writing Modes 4 §2.4.2, table 2: what stands at the start and end of a box.
_CONTROLS: dict[tuple[str, str], tuple[str, str]] = {
    ("embed", "ltr"): ("\u202a", "\u202c"),
    ("embed", "rtl"): ("\u202b", "\u202c"),
    ("isolate", "ltr"): ("\u2066", "\u2069"),
    ("isolate", "rtl"): ("\u2067", "\u2069"),
    ("bidi-override", "ltr"): ("\u202d", "\u202c"),
    ("bidi-override", "rtl"): ("\u202e", "\u202c"),
    ("isolate-override", "ltr"): ("\u2068\u202d", "\u202c\u2069"),
    ("isolate-override", "rtl"): ("\u2068\u202e", "\u202c\u2069"),
    ("plaintext", "ltr"): ("\u2068", "\u2069"),
    ("plaintext", "rtl"): ("\u2068", "\u2069"),
}
_AROUND_BREAK = regex.compile(r"[ \t\r]*\n[ \t\r\n]*")
_SPACES = regex.compile(r"[ \t\r]+")

_WORD_START = regex.compile(r"(?<![\p{L}\p{M}\p{N}’'])\p{L}\p{M}*")
_GREEK_TONOS = regex.compile("[\u0301\u0300\u0342]")


@dataclass(slots=True, eq=False)
class ContentSource:
    """Characters `start` to `end` of one item; `box` is the innermost inline box, −1 for the block."""

    start: int
    end: int
    style: ComputedStyle
    element: Element | None
    item: int  # index into the items
    box: int


@dataclass(slots=True, eq=False)
class InlineBox:
    """An inline box: characters `start` to `end`; `item` is the index of its OpenItem."""

    item: int
    style: ComputedStyle
    element: Element | None
    parent: int
    start: int
    end: int = 0
    depth: int = 0


@dataclass(slots=True, eq=False)
class Content:
    """One inline formatting context as text. `events` are (offset, box, is_open) in document order."""

    text: str
    sources: list[ContentSource]
    boxes: list[InlineBox]
    events: list[tuple[int, int, bool]]
    block_style: ComputedStyle
    truncated: int = 0  # characters dropped by limits
    stripped: int = 0  # characters dropped by sanitising

    def style_of(self, box: int) -> ComputedStyle:
        """Return the style of an inline box, of the block for −1."""
        return self.block_style if box < 0 else self.boxes[box].style


@dataclass(slots=True)
class _Collector:
    block_style: ComputedStyle
    limit: int
    parts: list[str] = field(default_factory=list)
    length: int = 0
    sources: list[ContentSource] = field(default_factory=list)
    boxes: list[InlineBox] = field(default_factory=list)
    events: list[tuple[int, int, bool]] = field(default_factory=list)
    stack: list[int] = field(default_factory=list)
    bases: dict[int, Annotation] = field(default_factory=dict)  # annotations by their boxes
    after_space: bool = True  # a collapsible space here would go: start of a line, or after another one
    trailing_space: int = -1  # offset of a collapsible space that ends the text so far
    last: str = ""
    truncated: int = 0
    stripped: int = 0

    @property
    def box(self) -> int:
        return self.stack[-1] if self.stack else -1

    def put(self, text: str, style: ComputedStyle, element: Element | None, item: int) -> None:
        """Append characters that are final."""
        if not text:
            return
        self.parts.append(text)
        start = self.length
        self.length += len(text)
        self.sources.append(ContentSource(start, self.length, style, element, item, self.box))
        self.last = text[-1]

    def drop_trailing_space(self) -> None:
        """Remove a collapsible space before a forced break or the end."""
        if self.trailing_space < 0:
            return
        offset, self.trailing_space = self.trailing_space, -1
        part = self.parts.pop()
        tail: list[str] = []
        while not part.endswith(" "):  # bidi controls may stand after the space
            tail.append(part)
            part = self.parts.pop()
        self.parts.append(part[:-1])
        self.parts.extend(reversed(tail))
        self.length -= 1
        for source in self.sources:
            if source.end > offset:
                source.end -= 1
                if source.start > offset:
                    source.start -= 1
        for box in self.boxes:
            box.start -= box.start > offset
            box.end -= box.end > offset
        self.events = [(at - (at > offset), box, is_open) for at, box, is_open in self.events]


def collect(items: Sequence[InlineItem], block_style: ComputedStyle, limit: int) -> Content:
    """Return the text of the items; characters beyond `limit` are dropped and counted."""
    collector = _Collector(block_style, limit)
    for index, item in enumerate(items):
        if isinstance(item, TextItem):
            _add_text(collector, item, index)
        elif isinstance(item, OpenItem):
            _open(collector, item, index)
        elif isinstance(item, CloseItem):
            _close(collector, index)
        elif isinstance(item, AtomicItem):
            collector.put(OBJECT, item.style, None, index)
            collector.after_space, collector.trailing_space = False, -1
        elif isinstance(item, BreakItem):
            collector.drop_trailing_space()
            collector.put(NEWLINE, item.style, None, index)
            collector.after_space = True
    while collector.stack:
        _close(collector, -1)
    collector.drop_trailing_space()
    sources = [source for source in collector.sources if source.end > source.start]
    text = "".join(collector.parts)
    return Content(
        text, sources, collector.boxes, collector.events, block_style, collector.truncated, collector.stripped
    )


def _open(collector: _Collector, item: OpenItem, index: int) -> None:
    parent = collector.box
    number = len(collector.boxes)
    box = InlineBox(index, item.style, item.element, parent, collector.length, depth=len(collector.stack))
    collector.boxes.append(box)
    collector.events.append((collector.length, number, True))
    collector.stack.append(number)
    if item.annotation is not None:
        collector.bases[number] = item.annotation
    controls = _CONTROLS.get((item.style.unicode_bidi, item.style.direction))
    if controls:
        collector.put(controls[0], item.style, item.element, index)


def _close(collector: _Collector, index: int) -> None:
    if not collector.stack:
        return
    box = collector.boxes[collector.stack[-1]]
    if (annotation := collector.bases.get(collector.stack[-1])) is not None:
        # White space collapses in the order of the document: what follows comes after the annotation.
        texts = [item.text for item in annotation.items if isinstance(item, TextItem) and item.text]
        if texts:
            collector.after_space = texts[-1][-1].isspace()
    controls = _CONTROLS.get((box.style.unicode_bidi, box.style.direction))
    if controls:
        collector.put(controls[1], box.style, box.element, index)
    number = collector.stack.pop()
    box.end = collector.length
    collector.events.append((collector.length, number, False))


def _add_text(collector: _Collector, item: TextItem, index: int) -> None:
    text = item.text
    room = collector.limit - collector.length
    if len(text) > room:
        collector.truncated += len(text) - max(0, room)
        text = text[: max(0, room)]
    text, stripped = sanitize(text)
    collector.stripped += stripped
    if not text:
        return
    style = item.style
    mode = style.white_space_collapse
    if style.hyphens == "none":
        text = text.replace(SOFT_HYPHEN, "")
    if mode in ("preserve", "break-spaces"):
        _add_preserved(collector, text, item, index)
    elif mode == "preserve-spaces":
        _add_preserved(collector, regex.sub(r"[\t\n\r]", " ", text), item, index)
    else:
        _add_collapsed(collector, text, item, index, keep_breaks=mode == "preserve-breaks")


def _add_preserved(collector: _Collector, text: str, item: TextItem, index: int) -> None:
    text = text.replace("\r", " ")
    if text.startswith(NEWLINE):
        collector.drop_trailing_space()
    text = apply_transform(text, item.style, collector.last)
    if text:
        collector.put(text, item.style, item.element, index)
        collector.trailing_space = -1
        collector.after_space = text.endswith(NEWLINE)


def _add_collapsed(
    collector: _Collector, text: str, item: TextItem, index: int, *, keep_breaks: bool
) -> None:
    if keep_breaks:
        text = regex.sub(r"[ \t\r]*\n[ \t\r]*", NEWLINE, text)
    elif NEWLINE in text:
        text = _AROUND_BREAK.sub(" ", text)  # as Chromium, between wide characters too
    text = _SPACES.sub(" ", text)
    for number, piece in enumerate(text.split(NEWLINE)):
        if number:
            collector.drop_trailing_space()
            collector.put(NEWLINE, item.style, item.element, index)
            collector.after_space = True
        if collector.after_space and piece.startswith(" "):
            piece = piece[1:]
        if not piece:
            continue
        collector.put(apply_transform(piece, item.style, collector.last), item.style, item.element, index)
        collector.after_space = piece.endswith(" ")
        collector.trailing_space = collector.length - 1 if collector.after_space else -1


# --- What is taken out of text before shaping, so that hostile input stays cheap and legible ---


MAX_MARKS = 32
MAX_ZERO_WIDTH = 8
_NEVER = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\u206a-\u206f"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(17))
)
_ZERO_WIDTH = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_BAD = re.compile(rf"[{_NEVER}]")
_SEPARATORS = re.compile("[\u2028\u2029]")  # of lines and paragraphs: blank in browsers
_MARKS = regex.compile(rf"((?:\p{{M}}[{_ZERO_WIDTH}]*){{{MAX_MARKS}}})(?:\p{{M}}[{_ZERO_WIDTH}]*)+")
_FILLERS = re.compile(rf"([{_ZERO_WIDTH}]{{{MAX_ZERO_WIDTH}}})[{_ZERO_WIDTH}]+")
# What most texts are made of, with no more than a few marks in a row: none of these finds anything in it.
_LETTERS = (
    r"\t\n\r\x20-\x7e\xa0-\u02ff\u0370-\u03ff\u0400-\u0482\u05d0-\u05ea\u060c\u061b\u061f\u0621-\u064a"
    r"\u0660-\u0669\u0904-\u0939\u0964-\u0970\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u2010-\u2027\u3000-\u3029"
    r"\u3040-\u3096\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e"
    r"\U0001f300-\U0001f64f\U0001f680-\U0001f6ff"
)
_MARK = (
    r"[\u0300-\u034e\u05b0-\u05bd\u064b-\u0655\u0900-\u0903\u093c\u093e-\u094d"
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
)
_PLAIN = re.compile(rf"(?:[{_LETTERS}]++|{_MARK}{{1,4}}+(?!{_MARK}))*+")


def sanitize(text: str) -> tuple[str, int]:
    """Return the text without what the table names, and how many characters went."""
    if _PLAIN.fullmatch(text):
        return text, 0
    clean = _BAD.sub("", _SEPARATORS.sub(" ", text))
    clean = _FILLERS.sub(r"\1", clean)
    clean = _MARKS.sub(r"\1", clean)
    return clean, len(text) - len(clean)


def apply_transform(text: str, style: ComputedStyle, before: str = "") -> str:
    """Return the text as it is shown by `text-transform`, or by signs that hide it.

    `before` is the character that precedes it.
    """
    if style.text_transform == "none" and style.text_security == "none":
        return text
    shown = _transformed(text, style, before)
    return shown if style.text_security == "none" else _HIDDEN[style.text_security] * len(shown)


_HIDDEN = {"disc": "\u2022", "circle": "\u25e6", "square": "\u25a0"}


def _transformed(text: str, style: ComputedStyle, before: str) -> str:
    kind = style.text_transform
    if kind == "none":
        return text
    language = style.lang.lower().partition("-")[0]
    if kind == "uppercase":
        return _upper(text, language)
    if kind == "lowercase":
        return _lower(text, language)
    if kind == "full-width":
        return "".join(map(_full_width, text))
    return _capitalize(text, language, before)


def _upper(text: str, language: str) -> str:
    if language in ("tr", "az"):
        text = text.replace("i", "İ")
    elif language == "el":
        bare = _GREEK_TONOS.sub("", unicodedata.normalize("NFD", text))
        return unicodedata.normalize("NFC", bare.upper())
    elif language == "lt":
        text = text.replace("i\u0307", "i").replace("j\u0307", "j")
    return text.upper()


def _lower(text: str, language: str) -> str:
    if language in ("tr", "az"):
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower()


def _capitalize(text: str, language: str, before: str) -> str:
    def title(match: regex.Match[str]) -> str:
        letter = match.group()
        if match.start() == 0 and before and regex.match(r"[\p{L}\p{M}\p{N}’']", before):
            return letter
        if language in ("tr", "az") and letter == "i":
            return "İ"
        if language == "nl" and text[match.start() : match.start() + 2] == "ij":
            return "I"
        return letter.title()

    result = _WORD_START.sub(title, text)
    if language == "nl":
        result = regex.sub(r"(?<![\p{L}])Ij", "IJ", result)
    return result


def _full_width(character: str) -> str:
    if character == " ":
        return "\u3000"
    if "!" <= character <= "~":
        return chr(ord(character) + 0xFEE0)
    return {"¢": "￠", "£": "￡", "¬": "￢", "¯": "￣", "¦": "￤", "¥": "￥", "₩": "￦"}.get(
        character, character
    )
