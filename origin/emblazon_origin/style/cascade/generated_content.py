"""Counters, quotes and the content of ::before, ::after and ::marker (CSS Lists 3, CSS Content 3).

`::first-letter` (CSS Pseudo 4 §2.2): which characters of a block it is, and the element made of them.

`::first-line` (§2.1): what it may set, and which of nested blocks has the line.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from ...clusters import CLUSTER
from ..syntax.registry import LONGHANDS
from ..values import value_types as v
from ..values.budget import BUDGET, Exhausted
from ..values.computed import ComputedStyle
from ..values.counter_styles import CounterStyles
from ..values.dom import Element, Text
from .font_properties import Computed

_DEFAULT_QUOTES = (("“", "”"), ("‘", "’"))
_QUOTES_BY_LANGUAGE: dict[str, tuple[tuple[str, str], ...]] = {
    "de": (("„", "“"), ("‚", "‘")), "fr": (("«", "»"), ("«", "»")), "es": (("«", "»"), ("“", "”")),
    "it": (("«", "»"), ("“", "”")), "pt": (("“", "”"), ("‘", "’")), "ru": (("«", "»"), ("„", "“")),
    "uk": (("«", "»"), ("„", "“")), "pl": (("„", "”"), ("«", "»")), "cs": (("„", "“"), ("‚", "‘")),
    "sk": (("„", "“"), ("‚", "‘")), "nl": (("‘", "’"), ("‘", "’")), "sv": (("”", "”"), ("’", "’")),
    "fi": (("”", "”"), ("’", "’")), "da": (("“", "”"), ("‘", "’")), "nb": (("«", "»"), ("‘", "’")),
    "no": (("«", "»"), ("‘", "’")), "hu": (("„", "”"), ("»", "«")), "ro": (("„", "”"), ("«", "»")),
    "bg": (("„", "“"), ("‚", "‘")), "el": (("«", "»"), ("“", "”")), "he": (("”", "”"), ("’", "’")),
    "ja": (("「", "」"), ("『", "』")), "zh": (("“", "”"), ("‘", "’")), "ko": (("“", "”"), ("‘", "’")),
    "tr": (("“", "”"), ("‘", "’")), "fa": (("«", "»"), ("‹", "›")), "ar": (("”", "“"), ("’", "‘")),
    "am": (("«", "»"), ("‹", "›")), "fr-ch": (("«", "»"), ("‹", "›")),
    "zh-hant": (("「", "」"), ("『", "』")),
}  # fmt: skip

# Chromium draws the triangle of a <summary> as large as these characters at 70%.
TRIANGLES = {"disclosure-open": "▼  ", "disclosure-closed": "▶  "}

_CHANGES = 2  # of counters, which take a step together
_CHANGING = ("counter_reset", "counter_increment", "counter_set")

# A text, a function of `content` with its arguments, or an image.
ContentPart: TypeAlias = str | tuple[str, ...] | v.ContentImage

_BEFORE = frozenset(("Ps", "Pe", "Pi", "Pf", "Po", "Pd", "Pc"))
_AFTER = frozenset(("Pe", "Pi", "Pf", "Po", "Pc"))
BLOCKS = frozenset(("block", "inline-block", "list-item", "flow-root"))
_ENTERED = frozenset(("inline", "contents", "block", "list-item", "flow-root"))
_KEEPING_BREAKS = ("preserve", "preserve-breaks", "break-spaces")
_ATOMIC = frozenset(("img", "svg", "br", "video", "canvas", "iframe", "input"))


class Fence(NamedTuple):
    """An element with style containment (CSS Containment 2 §3.3)."""

    depth: int  # how many scopes are open around its children, theirs included
    quote_depth: int  # where it began


@dataclass(slots=True)
class Counters:
    """Counter instances in scope, in document order.

    `scopes` name what each open element's children made, `own` what each open element made for itself alone;
    `depths` are how many scopes were open when each instance was made. `fences` are the open elements with
    style containment: what is inside changes no counter from outside, but makes one of its own.
    """

    values: dict[str, list[int]] = field(default_factory=dict)
    depths: dict[str, list[int]] = field(default_factory=dict)
    fences: list[Fence] = field(default_factory=list)
    scopes: list[set[str]] = field(default_factory=lambda: [set()])
    own: list[set[str]] = field(default_factory=lambda: [set()])
    quote_depth: int = 0
    styles: CounterStyles = field(default_factory=lambda: CounterStyles({}))

    def enter(self, computed: Computed) -> None:
        """Apply an element's counter properties, in the order reset, increment, set (CSS Lists 3 §4).

        `leave` ends what they made.
        """
        self.own.append(set())
        values, display = computed.values, computed.style.display
        if values.keys().isdisjoint(_CHANGING) and display != "list-item":
            return
        if display == "contents":  # without a box, without effect (§4.5)
            return
        resets, increments = values.get("counter_reset", ()), values.get("counter_increment", ())
        try:
            BUDGET.step((len(resets) + len(increments) + len(values.get("counter_set", ()))) // _CHANGES)
        except Exhausted:
            return
        for name, number in resets:
            self.reset(name, number)
        if display == "list-item" and all(name != "list-item" for name, *_ in increments):
            increments = (*increments, ("list-item", 1))
        for name, number in increments:
            self.add(name, number)
        for name, number in values.get("counter_set", ()):
            self.own_instance(name)[-1] = number

    def reset(self, name: str, number: int) -> None:
        """Make a new instance: for the element alone inside of another of its name, else for its siblings."""
        stack, depths = self.values.setdefault(name, []), self.depths.setdefault(name, [])
        if name in self.scopes[-1] or name in self.own[-1]:
            stack.pop()
            depths.pop()
        (self.own if stack else self.scopes)[-1].add(name)
        stack.append(number)
        depths.append(len(self.scopes))

    def ensure(self, name: str) -> list[int]:
        """Return the instances of a counter, made where there are none."""
        if not self.values.get(name):
            self.reset(name, 0)
        return self.values[name]

    def own_instance(self, name: str) -> list[int]:
        """Return the instances of a counter, the innermost one inside of what contains its style."""
        stack = self.ensure(name)
        if self.fences and self.depths[name][-1] < self.fences[-1].depth:
            self.scopes[-1].add(name)
            stack.append(0)
            self.depths[name].append(len(self.scopes))
        return stack

    def add(self, name: str, number: int) -> None:
        """Increment the innermost instance; what leaves 32 bits changes nothing."""
        stack = self.own_instance(name)
        if -(2**31) <= stack[-1] + number < 2**31:
            stack[-1] += number

    def open(self, style: ComputedStyle) -> None:
        """Begin an element's children, which are their parent's where it has no box."""
        if style.display != "contents":
            self.scopes.append(set())
            if "style" in style.contain:
                self.fences.append(Fence(len(self.scopes), self.quote_depth))

    def close(self, display: str) -> None:
        """End an element's children and the element, and the counters they made."""
        if display != "contents":
            if self.fences and self.fences[-1].depth == len(self.scopes):
                self.quote_depth = self.fences.pop().quote_depth
            self._end(self.scopes.pop())
        self.leave()

    def leave(self) -> None:
        """End an element, and the counters that it made for itself alone."""
        self._end(self.own.pop())

    def _end(self, names: set[str]) -> None:
        for name in names:
            self.values[name].pop()
            self.depths[name].pop()

    # --- content ---

    def content(
        self,
        parts: tuple[ContentPart, ...],
        attributes: dict[str, str],
        computed: Computed,
        lang: str | None = None,
    ) -> list[str | v.ContentImage]:
        """Return the content as text and images, neighbouring texts joined; `lang` is that of its quotes."""
        result: list[str | v.ContentImage] = []
        for part in parts:
            try:
                BUDGET.character(len(part) if isinstance(part, str) else 1)
                item = self.part(part, attributes, computed, lang) if isinstance(part, tuple) else part
                if isinstance(item, str) and not isinstance(part, str):
                    BUDGET.character(len(item))
            except Exhausted:
                break
            if isinstance(item, str) and result and isinstance(result[-1], str):
                result[-1] += item
            else:
                result.append(item)
        return result

    def part(
        self, part: tuple[str, ...], attributes: dict[str, str], computed: Computed, lang: str | None = None
    ) -> str:
        """Return the text of a counter, attribute or quote."""
        kind = part[0]
        if kind == "counter":
            return self.styles.text(self.ensure(part[1])[-1], part[2])
        if kind == "counters":
            numbers, between = self.ensure(part[1]), str(part[2])
            BUDGET.character(len(between) * len(numbers))
            return between.join(self.styles.text(n, part[3]) for n in numbers)
        if kind == "attr":
            return attributes.get(part[1], str(part[2]))
        return self.quote(part[1], quotes_of(computed, lang))

    def quote(self, keyword: str, quotes: tuple[tuple[str, str], ...]) -> str:
        """Return a quotation mark and go a level in or out."""
        if keyword.endswith("open-quote"):
            level = self.quote_depth
            self.quote_depth += 1
            index = 0
        else:
            self.quote_depth = level = max(self.quote_depth - 1, 0)
            index = 1
        if keyword.startswith("no-") or not quotes:
            return ""
        return quotes[min(level, len(quotes) - 1)][index]

    def marker(self, computed: Computed) -> str:
        """Return a list item's marker text by its list-style-type."""
        style = computed.style
        if style.list_style_type_is_string:
            return style.list_style_type
        name = style.list_style_type
        if name == "none":
            return ""
        if name in TRIANGLES:
            return TRIANGLES[name]
        return self.styles.marker(self.ensure("list-item")[-1], name)


def quotes_of(computed: Computed, lang: str | None) -> tuple[tuple[str, str], ...]:
    """Return the element's quotes: its own, or its language's."""
    quotes = computed.inherited.get("quotes")
    if quotes is not None:
        return quotes  # type: ignore[no-any-return]
    language, *more = (computed.style.lang if lang is None else lang).lower().split("-")
    known = _QUOTES_BY_LANGUAGE.get(language, _DEFAULT_QUOTES)
    return _QUOTES_BY_LANGUAGE.get(f"{language}-{more[0]}", known) if more else known


# Which longhands a `::first-line` takes, as Chromium has it; others of them have no effect on a line.
FIRST_LINE_KEYS = frozenset((
    "box_shadow", "color", "letter_spacing", "line_height", "visibility", "word_spacing",
    *(key for key in LONGHANDS if key.startswith((
        "background_", "font_", "text_decoration_", "text_justify", "text_shadow", "text_transform",
        "text_underline_",
    ))),
))  # fmt: skip
_WITH_LINES = BLOCKS | {"table-cell", "table-caption"}
_BLOCKS_IN_FLOW = frozenset(("block", "list-item", "flow-root"))


def holds_lines(style: ComputedStyle) -> bool:
    """Whether an element is a block container, which may have a `::first-line`."""
    return style.display in _WITH_LINES


def may_begin_with(style: ComputedStyle, child: ComputedStyle) -> bool:
    """Whether the first line of a block can be that of a child, if nothing comes before it."""
    return style.display in _WITH_LINES and child.display in _BLOCKS_IN_FLOW and is_in_flow(child)


def is_in_flow(style: ComputedStyle) -> bool:
    """Whether a box is neither absolutely positioned nor a float."""
    return style.float_ == "none" and style.position not in ("absolute", "fixed")


def begins_lines(child: Element | Text) -> bool:
    """Whether a child is in the way of those after it, whose lines are none of the first."""
    if isinstance(child, Text):
        return bool(child.data.strip(" \t\n\r\f"))
    return child.tag != "::marker" and is_in_flow(child.style)


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
                if "\n" in child.data[: span[0]] and parent.style.white_space_collapse in _KEEPING_BREAKS:
                    return None  # the first line is empty
                return FirstLetter(parent, index, *span)
            if child.data.strip():
                child.source = None  # with other characters it may have one
                return None
        elif child.tag == "::marker" or child.style.position in ("absolute", "fixed"):
            continue
        elif child.tag in _ATOMIC or child.tag == "::first-letter" or child.style.display not in _ENTERED:
            return None
        else:
            stack.append((child, 0))
    return None


def letter_span(text: str) -> tuple[int, int] | None:
    """Return the span of the first letter with the punctuation around it, after leading white space.

    Of punctuation alone that is the letter, as in Chromium: in `(<b>a</b>` the `(`.
    """
    start = len(text) - len(text.lstrip())
    at = alone = _after(text, start, _BEFORE)
    if at > start:
        at = _after(text, at, _BEFORE | {"Zs"})
    match = CLUSTER.match(text, at)
    if match is None or match[0].isspace():
        return (start, alone) if alone > start else None
    return start, _after(text, match.end(), _AFTER)


def letter_parts(text: str) -> list[str]:
    """Return what a text with a first letter is parted into; nothing of one without."""
    span = letter_span(text)
    return [part for part in (text[: span[0]], text[slice(*span)], text[span[1] :]) if part] if span else []


def _after(text: str, at: int, categories: frozenset[str]) -> int:
    while at < len(text) and unicodedata.category(text[at]) in categories:
        at += 1
    return at


def wrap(found: FirstLetter, letter: Element) -> None:
    """Put the letter's element where its characters were."""
    text = found.parent.children[found.child]
    if not isinstance(text, Text):
        return
    data, source = text.data, text.source
    letter.children.append(Text(data[found.start : found.end], source))
    parts: list[Element | Text] = [Text(data[: found.start], source), letter, Text(data[found.end :], source)]
    found.parent.children[found.child : found.child + 1] = [
        part for part in parts if isinstance(part, Element) or part.data
    ]
