"""The walk over the tree: cascade and compute each element, generate pseudo-elements, build `Element`s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ... import limits
from ...caching import ByteCache
from ...errors import LimitError
from ...report import Report
from ..color.names import CANVAS_DARK
from ..document.image_source import is_svg_frame, picture_of, with_source
from ..document.presentational_hints import presentational
from ..syntax.declarations import Block, Custom, Note, PendingSubstitution, Wide, parse_block
from ..syntax.plain_rules import plain_block
from ..syntax.registry import LONGHANDS, Values
from ..values import value_types as v
from ..values.budget import BUDGET, Exhausted
from ..values.computed import ComputedStyle
from ..values.counter_styles import CounterStyles
from ..values.dom import Element, HtmlNode, Text
from ..values.writing_modes import HORIZONTAL, Flow, Lines
from .alike import Alike, Matching
from .animations import end_state
from .compute import Computation, Environment
from .computed_values import blockified, handed_down, settle_display
from .containers import Containers
from .custom_properties import custom_properties, report_unresolved, substituted
from .element_findings import ElementFindings
from .element_functions import ElementFunctions
from .flows import Flows, flows_of
from .font_properties import Computed
from .generated_content import (
    BLOCKS,
    FIRST_LINE_KEYS,
    TRIANGLES,
    Counters,
    begins_lines,
    find_first_letter,
    holds_lines,
    is_in_flow,
    may_begin_with,
    wrap,
)
from .quirks import Quirks, fill_viewport
from .sheets import Cascade, Loaded
from .svg_markup import Serializer, inherited_paint, with_inherited_style
from .svg_references import SvgReferences
from .winners import Candidate, Winners, cascaded_values, user_agents

_inline_blocks: ByteCache[tuple[Block, list[Note]]] = ByteCache(
    "style attributes", 2_000_000, lambda entry: 1_000 + 300 * len(entry[0].normal)
)


def inline_block(text: str) -> tuple[Block, list[Note]]:
    """Return a parsed style attribute, from the cache where it is there."""
    found = _inline_blocks.peek(text)
    if found is None:
        block = plain_block(text)
        found = parse_block(text) if block is None else (block, [])
        if len(text) < 100_000:
            _inline_blocks.put(text, found)
    return found


@dataclass(slots=True)
class _Open:
    """An element whose children are being styled."""

    node: HtmlNode
    element: Element
    computed: Computed
    flex_parent: bool  # whether its children's boxes are flex or grid items
    flows: Flows
    inside: str = ""
    next: int = 0
    first_rules: Winners | None = None  # of the ::first-line that its first line is
    passed: int = 0  # children that are known to be in the way of no first line

    @property
    def lines(self) -> Lines:
        """How the lines run that its children are on."""
        rtl = self.computed.style.direction == "rtl"
        flow = self.flows.inside
        return HORIZONTAL[rtl] if flow == "horizontal-tb" else Lines(flow, rtl)


@dataclass(slots=True)
class Styler:
    """One document's walk."""

    cascade: Cascade
    env: Environment
    report: Report
    lang: str
    sheets: list[Loaded]
    quirks: Quirks | None
    moved_base: str  # what a <base> element makes relative URLs resolve against
    containers: Containers
    findings: ElementFindings
    counters: Counters = field(default_factory=Counters)
    customs: dict[tuple[object, ...], tuple[Mapping[str, Custom | None], object, object]] = field(
        default_factory=dict
    )
    settled: dict[tuple[int, bool, Lines], tuple[ComputedStyle, ComputedStyle]] = field(default_factory=dict)
    turns: dict[tuple[int, Flow], tuple[ComputedStyle, ComputedStyle]] = field(default_factory=dict)
    definitions: dict[tuple[int, int], tuple[str, HtmlNode, object]] = field(default_factory=dict)
    characters: int = 0
    by_element: dict[int, Computed] = field(default_factory=dict)  # where ::first-letter is used
    ids: dict[str, HtmlNode] | None = None
    of_elements: bool = False  # whether equal declarations may mean other values on other elements
    inline_places: dict[int, tuple[str, int, int]] = field(default_factory=dict)
    matching: Matching = field(init=False)
    alike: Alike = field(init=False)

    def __post_init__(self) -> None:
        self.matching = Matching(self.cascade.rules, self.containers.hold)
        self.alike = Alike(self.env)

    def document(self, root: HtmlNode) -> Element:
        """Return the root element with its whole tree."""
        self.of_elements = self.cascade.rules.is_of_element
        self.counters.styles = CounterStyles(self.cascade.counter_styles)
        computed = self.compute(root, None)
        self.env.root = computed
        if computed.style.display == "none":
            return Element(root.tag, root.attributes, [], computed.style, root.line, selector=root.tag)
        computed.style = blockified(computed.style)
        if computed.style.display == "contents":
            computed.style = computed.style.replace(display="block")
        if self.quirks is not None:
            computed.style = fill_viewport(computed.style, self.env.viewport)
        top = self.open(root, computed, None)
        stack = [top]
        while stack:
            current = stack[-1]
            if current.next >= len(current.node.children):
                self.close(stack.pop())
                continue
            child = current.node.children[current.next]
            current.next += 1
            if isinstance(child, str):
                if current.node.tag != "details" or "open" in current.node.attributes:
                    self.text(child, current)
            else:
                opened = self.child(child, current)
                if opened is not None:
                    stack.append(opened)
        if self.quirks is not None:
            self.quirks.drop_margins()
        report_unresolved(self.env.notes, self.sheets, self.inline_places, self.report)
        if computed.scheme == "dark":
            _darken_canvas(top.element)
        return top.element

    def text(self, data: str, parent: _Open) -> None:
        """Append a text node, within the limit."""
        self.characters += len(data) if not data.isspace() else 0
        if self.characters > limits.MAX_TEXT_CHARACTERS:
            raise LimitError(f"the card has more than {limits.MAX_TEXT_CHARACTERS} characters of text")
        parent.element.children.append(Text(data, (parent.node, parent.next - 1)))

    def child(self, node: HtmlNode, parent: _Open) -> _Open | None:
        """Style a child; None where it makes no box."""
        computed = self.compute(node, parent.computed)
        shown = computed.style.display != "none"
        self.findings.of(node, shown=shown)
        if not shown:
            return None
        self.findings.of_style(node, computed)
        if self.quirks is not None and node.tag == "table":
            computed.style = self.quirks.without_lines_around(computed.style, parent.computed.style)
        if self.quirks is not None and node.tag == "body":
            computed.style = fill_viewport(computed.style, self.env.viewport, parent.computed.style)
        if node.tag == "fieldset":
            computed.style = _without_webkit_box(computed.style)
        computed.style = self.settle(computed.style, parent)
        contained = computed.style.contain or parent.element.style.contain
        # The page's direction is body's (§8), unless containment keeps it there (Containment 2 §3).
        if node.tag == "body" and parent.node.parent is None and not contained:
            mode = computed.style.writing_mode
            root = parent.element.style.on_canvas.replace(
                direction=computed.style.direction, writing_mode=mode
            )
            parent.element.style, parent.flows = root.turned(mode), flows_of(mode)
        return self.open(node, computed, parent)

    def settle(self, style: ComputedStyle, parent: _Open) -> ComputedStyle:
        """Return the style with the display that its box has, one for all elements that share it."""
        is_item, around = parent.flex_parent, parent.lines
        if is_item and parent.computed.style.is_webkit_box:
            is_item = not _is_on_lines(style)
        key = id(style), is_item, around
        found = self.settled.get(key)
        if found is None:  # the entry keeps the style alive, and so its id
            found = self.settled[key] = settle_display(style, is_item=is_item, around=around), style
        return found[0]

    def turned(self, style: ComputedStyle, flow: Flow) -> ComputedStyle:
        """Return a style as the lines of a flow see it, one for all elements that share it."""
        if flow == "horizontal-tb":
            return style
        found = self.turns.get((id(style), flow))
        if found is None:  # the entry keeps the style alive, and so its id
            found = self.turns[id(style), flow] = style.turned(flow), style
        return found[0]

    def open(self, node: HtmlNode, computed: Computed, parent: _Open | None) -> _Open:
        """Make the element, its marker and its ::before."""
        style = computed.style
        attributes = node.attributes
        tag = "img" if picture_of(node) else node.tag
        if tag == "img":
            attributes = with_source(node, self.env.viewport, self.moved_base)
            self.findings.of_image(node, attributes)
            self.findings.of_cut_image(node, style)
            if computed.values.get("overflow_x") == "visible" == style.overflow_x:
                style = style.replace(overhangs=True)
        if is_svg_frame(node):
            self.findings.of_svg_frame(node, style)
            style = style.replace(object_fit="frame", object_position=v.Position(v.ZERO, v.ZERO))
        flows = parent.flows if parent is not None else flows_of(style.writing_mode)
        element = Element(
            tag, attributes, [], self.turned(style, flows.around(style)), node.line, None,
            _selector(node, parent), parent=parent.element if parent else None,
        )  # fmt: skip
        if parent is not None:
            parent.element.children.append(element)
        if self.quirks is not None:
            self.quirks.opened(element, style.color)
        self.containers.enter(node, computed, element)
        self.counters.enter(computed)
        self.counters.open(style)
        contents = style.display == "contents"
        flex = parent.flex_parent if contents and parent else style.display in _ITEM_CONTAINERS
        opened = _Open(node, element, computed, flex, flows=flows.within(style))
        if node.tag in _WITHOUT_FALLBACK:
            opened.next = len(node.children)
        if node.tag == "svg":
            self.findings.of_svg(node, style)
            element.svg = with_inherited_style(self.svg(node, computed), style)
            opened.next = len(node.children)
            return opened
        content = computed.values.get("content")
        if isinstance(content, tuple):
            if len(content) == 1 and isinstance(content[0], v.ContentImage):
                element.style = element.style.replace(content=content)
                self.findings.of_replacement(node, content[0])
            else:  # on an element the same as `normal`, for its pseudo-elements to inherit too
                computed.values = {**computed.values, "content": "normal"}
        if "first-line" in self.cascade.rules.buckets:
            self.first_line(opened, parent)
        if style.display == "list-item":
            self.marker(opened)
        self.pseudo("before", opened)
        return opened

    def svg(self, root: HtmlNode, computed: Computed) -> str:
        """Return an inline SVG's markup with the style sheets' rules written in."""
        inside = (node for node in root.subtree() if node is not root)
        inline = {id(node): self.inline(node) for node in inside if node.attributes.get("style")}
        serializer = self.serializer(computed, inline, root)
        markup = serializer.markup(root, computed.paint)
        for (name, value), shape in serializer.lost.items():
            message = f"'{name}: {value[:60]}' is not drawn on <{shape.name}> in SVG"
            self.report.add("warning", "css-unsupported-value", message, line=shape.line, where=name)
        return markup

    def serializer(self, computed: Computed, inline: Mapping[int, Block], node: HtmlNode) -> Serializer:
        """Return the writer of SVG markup in an element's context."""
        parse = lambda text: inline_block(text)[0]  # noqa: E731
        return Serializer(self.match, computed.custom, inline, self.svg_ids(node), parse)

    def definition(self, target: HtmlNode, computed: Computed, node: HtmlNode) -> str:
        """Return an SVG definition as markup, written once for all that refer to it with equal variables."""
        key = id(target), id(computed.custom)
        found = self.definitions.get(key)
        if found is None:  # the entry keeps what the ids name alive
            markup = self.serializer(computed, {}, node).definition(target)
            self.definitions[key] = found = (markup, target, computed.custom)
        return found[0]

    def svg_ids(self, node: HtmlNode) -> dict[str, HtmlNode]:
        """Return the elements inside the document's inline SVGs by id, found once."""
        if self.ids is None:
            while node.parent is not None:
                node = node.parent
            self.ids = {}
            stack = [(node, False)]
            while stack:
                item, inside = stack.pop()
                if inside and item.id:
                    self.ids.setdefault(item.id, item)
                stack += [(child, inside or item.tag == "svg") for child in reversed(item.elements)]
        return self.ids

    def close(self, opened: _Open) -> None:
        """Make the ::after and end the counters' scope."""
        self.pseudo("after", opened)
        self.counters.close(opened.computed.style.display)
        if "first-letter" in self.cascade.rules.buckets:
            self.first_letter(opened)

    # --- pseudo-elements ---

    def pseudo(self, name: str, of: _Open) -> None:
        """Append ::before or ::after where it has content."""
        if of.node.tag in _REPLACED:
            return
        candidates = self.match(of.node, name)
        if not candidates:
            return
        winners = cascaded_values(candidates, {}, None, of.computed.style)
        computed = self.computed(of.node, of.computed, winners, pseudo=True)
        content = computed.values.get("content", "normal")
        style = computed.style
        if content in ("normal", "none") or style.display == "none":
            return
        inline = of.computed.style.is_webkit_box and _is_on_lines(style)
        style = settle_display(style, is_item=of.flex_parent and not inline, around=of.lines)
        style = self.turned(style, of.flows.around(style))
        around = of.computed.first_line if style.display == "inline" else None
        first = self.computed(of.node, around, winners, pseudo=True).style if around is not None else None
        self.findings.of_counted_items(of.node, content)
        element = Element(f"::{name}", {}, [], style, of.node.line, selector=f"{of.element.selector}::{name}",
                          parent=of.element)  # fmt: skip
        element.first_line = self.turned(first, of.flows.inside) if first is not None else None
        self.counters.enter(computed)
        sentence = of.element.parent if of.node.tag == "q" else None  # that the quotation is part of
        lang = sentence.style.lang if sentence is not None else None
        self.fill(element, self.counters.content(content, of.node.attributes, computed, lang))
        self.counters.leave()
        of.element.children.append(element)

    def first_line(self, of: _Open, parent: _Open | None) -> None:
        """Give an element its style on a first line: a block that of its ::first-line, an inline its own."""
        computed, style = of.computed, of.computed.style
        if holds_lines(style):
            if candidates := self.match(of.node, "first-line"):
                winners = cascaded_values(candidates, {}, None, style)
                values = {key: value for key, value in winners.values.items() if key in FIRST_LINE_KEYS}
                of.first_rules = Winners(values, winners.custom)
            elif parent is not None and may_begin_with(parent.computed.style, style):
                of.first_rules = self.first_rules(parent)
            if of.first_rules is not None:
                first = self.computed(of.node, computed, of.first_rules, pseudo=True)
                first.style = first.style.replace(unicode_bidi=style.unicode_bidi, lang=style.lang)
                computed.first_line = first
        if computed.first_line is not None:
            of.element.first_line = self.turned(computed.first_line.style, of.flows.inside)

    def first_rules(self, parent: _Open) -> Winners | None:
        """Return what holds for the first line of a block that is being opened as the next child."""
        children = parent.element.children
        while parent.first_rules is not None and parent.passed < len(children) - 1:
            if begins_lines(children[parent.passed]):
                return None
            parent.passed += 1
        return parent.first_rules

    def first_letter(self, of: _Open) -> None:
        """Wrap the first letter of a block in its ::first-letter."""
        self.by_element[id(of.element)] = of.computed
        candidates = self.match(of.node, "first-letter")
        if not candidates or of.computed.style.display not in BLOCKS:
            return
        found = find_first_letter(of.element)
        if found is None:
            return
        parent = self.by_element.get(id(found.parent), of.computed)
        parent = parent.first_line or parent  # its line is the first, whatever that holds
        winners = cascaded_values(candidates, {}, None, of.computed.style)
        computed = self.computed(of.node, parent, winners, pseudo=True)
        inline = computed.style.replace(display="inline", position="static")
        computed.style = settle_display(inline, is_item=False, around=Lines(inline.writing_mode))
        name = f"{of.element.selector}::first-letter"
        style = self.turned(computed.style, of.flows.inside)
        wrap(found, Element("::first-letter", {}, [], style, of.node.line, None, name, parent=found.parent))

    def fill(self, element: Element, parts: list[str | v.ContentImage]) -> None:
        """Give a pseudo-element its text and images; images become `img` children."""
        element.style = element.style.replace(content=tuple(parts))
        for part in parts:
            if isinstance(part, str):
                element.children.append(Text(part))
                continue
            style = handed_down(element.style.on_canvas, content=(part,)).turned(element.style.flow)
            source = {"src": part.image.href} if isinstance(part.image, v.Url) else {}
            if not source and element.tag != "::marker":
                message = "of images in content only files are drawn, no gradients"
                self.report.add(
                    "warning", "css-unsupported-value", message, line=element.line, where="content"
                )
            child = Element("img", source, [], style, element.line, selector=element.selector, parent=element)
            element.children.append(child)

    def marker(self, of: _Open) -> None:
        """Make a list item's ::marker its first child, with the ready text or image."""
        winners = cascaded_values(self.match(of.node, "marker"), {}, None, of.computed.style)
        computed = self.computed(of.node, of.computed, winners, pseudo=True)
        style = computed.style
        content = computed.values.get("content", "normal")
        of.element.marker = style
        parts: list[str | v.ContentImage]
        if isinstance(content, tuple):
            parts = self.counters.content(content, of.node.attributes, computed)
        elif content == "none":
            return
        elif of.computed.style.list_style_image is not None:
            parts = [v.ContentImage(of.computed.style.list_style_image)]
        else:
            parts = [self.counters.marker(of.computed)]
        if parts == [""]:
            return
        style = style.replace(display="inline")
        if of.computed.style.list_style_type in TRIANGLES:  # which is a picture, not text
            style = style.replace(text_decorations=())
        style = self.turned(style, of.flows.inside)
        of.element.marker = style
        element = Element("::marker", {}, [], style, of.node.line, selector=f"{of.element.selector}::marker",
                          parent=of.element)  # fmt: skip
        self.fill(element, parts)
        of.element.children.append(element)

    # --- cascade and computation ---

    def match(self, node: HtmlNode, pseudo: str = "") -> list[Candidate]:
        """Return what matches the element, container queries included."""
        return self.matching.match(node, pseudo)

    def compute(self, node: HtmlNode, parent: Computed | None) -> Computed:
        """Cascade and compute one element of the source, once for all that are alike."""
        inline = self.inline(node) if node.attributes.get("style") else None
        candidates, hints = self.match(node), presentational(node)
        if parent is None or hints or not self.is_common(node, parent):
            return self.compute_new(node, parent, candidates, hints, inline)[0]
        self.env.container = self.containers.around(node, pseudo=False)
        likeness = self.alike.likeness(parent, candidates, inline)
        found = self.alike.styled(likeness)
        if found is None:
            computed, winners = self.compute_new(node, parent, candidates, hints, inline)
            if _REFERRING.isdisjoint(computed.values) and computed.paint is parent.paint:
                self.alike.keep(likeness, computed, winners, parent, (candidates, inline))
            return computed
        computed, winners = found
        computed.paint = parent.paint
        if self.quirks is not None:
            self.quirks.adjust(node, candidates, winners)
        return computed

    def is_common(self, node: HtmlNode, parent: Computed) -> bool:
        """Whether nothing but rules, attribute `style` and parent decide an element's style."""
        attributes = node.attributes
        plain = not self.of_elements and parent.first_line is None
        return plain and "lang" not in attributes and "xml:lang" not in attributes and node.tag != "table"

    def compute_new(
        self,
        node: HtmlNode,
        parent: Computed | None,
        candidates: list[Candidate],
        hints: Values,
        inline: Block | None,
    ) -> tuple[Computed, Winners]:
        """Cascade and compute one element; return also what won."""
        try:
            BUDGET.style()
        except Exhausted:
            candidates, hints, inline = list(user_agents(candidates)), {}, None
        winners = cascaded_values(candidates, hints, inline, parent.style if parent else None)
        if self.quirks is not None:
            self.quirks.adjust(node, candidates, winners)
        computed = self.computed(node, parent, winners)
        computed.paint = parent.paint if parent is not None else {}
        blocks = [c.block for c in candidates] + ([inline] if inline is not None else [])
        if any(block.svg for block in blocks):
            computed.paint = inherited_paint(computed.paint, blocks, computed.custom)
        language = node.attributes.get("lang", node.attributes.get("xml:lang"))
        if language is None and parent is None:
            language = self.lang or None
        around = parent.first_line if parent is not None else None
        if around is not None and computed.style.display in _ON_LINES and is_in_flow(computed.style):
            computed.first_line = self.computed(node, around, winners)
        if language is not None:
            for found in (computed, computed.first_line):
                if found is not None:
                    found.style = found.style.replace(lang=language.strip())
                    found.fields = {**found.fields, "lang": language.strip()}
        return computed, winners

    def inline(self, node: HtmlNode) -> Block:
        """Return the parsed style attribute, having reported what it has to say."""
        block, notes = inline_block(node.attributes["style"])
        self.of_elements = self.of_elements or block.is_of_element
        for value in block.normal.values():
            if value.__class__ is PendingSubstitution:
                self.inline_places[id(value.tokens)] = ("", node.style_line, node.style_column)
        for note in notes:
            line = node.style_line + note.line - 1
            column = note.column + (node.style_column - 1 if note.line == 1 else 0)
            self.report.add(
                note.severity, note.code, note.message, line=line, column=column, where=note.where
            )
        return block

    def custom(
        self, parent: Computed | None, declared: Mapping[str, Custom | Wide], functions: ElementFunctions
    ) -> Mapping[str, Custom | None]:
        """Return the custom properties of an element, once for all with the same below the same."""
        inherited: Mapping[str, Custom | None] = parent.custom if parent is not None else {}
        if self.of_elements and _of_element(declared):
            return custom_properties(declared, inherited, self.cascade.properties, functions)
        if not (declared or self.cascade.properties):
            return inherited
        key = (id(inherited), *((name, id(value)) for name, value in declared.items()))
        found = self.customs.get(key)
        if found is None:  # the entry keeps what the ids name alive
            custom = custom_properties(declared, inherited, self.cascade.properties, functions)
            self.customs[key] = found = (custom, inherited, declared)
        return found[0]

    def at_rest(
        self,
        winners: Winners,
        parent: Computed | None,
        custom: Mapping[str, Custom | None],
        functions: ElementFunctions,
    ) -> Winners:
        """Return what wins once the element's animations are over."""

        def read(key: str) -> object:
            value = winners.values.get(key)
            if isinstance(value, PendingSubstitution):
                value = substituted(value, custom, self.env.notes, functions).get(key)
            return (
                value if isinstance(value, tuple) and not isinstance(value, Wide) else LONGHANDS[key].initial
            )

        return end_state(winners, self.cascade.keyframes, parent.style if parent else ComputedStyle(), read)

    def computed(
        self,
        node: HtmlNode,
        parent: Computed | None,
        winners: Winners,
        *,
        pseudo: bool = False,
    ) -> Computed:
        """Compute cascaded values in the context of a parent; `pseudo` ones are of the node's inside."""
        self.env.container = self.containers.around(node, pseudo)
        functions = ElementFunctions(node, self.env.viewport, self.cascade.functions)
        custom = self.custom(parent, winners.custom, functions)
        if "animation_name" in winners.values:
            winners = self.at_rest(winners, parent, custom, functions)
            custom = self.custom(parent, winners.custom, functions)
        values, declared = winners.values, winners.custom
        if parent is None or (self.of_elements and _of_element(values)):
            result = Computation(self.env, parent, values, custom, declared, functions).compute()
        else:
            result = self.alike.computed(parent, values, custom, declared, functions)
        if not _REFERRING.isdisjoint(result.values):
            references = SvgReferences(
                lambda: self.svg_ids(node),
                lambda target: self.definition(target, result, node),
                self.report,
                node.line,
            )
            if changes := references.resolve(result.style):
                result.style = result.style.replace(**changes)
        return result


# Elements whose content is for browsers that do not know them, or drawn by the browser alone.
_WITHOUT_FALLBACK = frozenset((
    "video", "audio", "canvas", "iframe", "object", "select", "progress", "meter",
))  # fmt: skip
_REFERRING = frozenset(("clip_path", "filter", "mask_image"))
_ON_LINES = ("inline", "contents")
_ITEM_CONTAINERS = ("flex", "inline-flex", "grid", "inline-grid")


_REPLACED = frozenset(("svg", "img", "br", "wbr", "video", "canvas", "iframe", "object", "embed", "input"))


def _is_on_lines(style: ComputedStyle) -> bool:
    """Whether a box is inline-level and in flow: a -webkit-box has such ones in anonymous items."""
    return style.display.startswith("inline") and is_in_flow(style)


def _of_element(values: Mapping[str, object]) -> bool:
    return any(isinstance(v, PendingSubstitution | Custom) and v.of_element for v in values.values())


def _darken_canvas(root: Element) -> None:
    """Give the canvas the dark scheme's colour where neither the root nor the body has a background."""
    tops = [root, *(c for c in root.children if isinstance(c, Element) and c.tag == "body")]
    if all(
        e.style.background_color.a == 0 and not any(b.image for b in e.style.background_layers) for e in tops
    ):
        root.style = root.style.replace(background_color=CANVAS_DARK)


def _selector(node: HtmlNode, parent: _Open | None) -> str:
    name = node.tag
    if node.id:
        name += f"#{node.id}"
    elif "class" in node.attributes:
        name += "".join(f".{c}" for c in node.attributes["class"].split()[:2])
    if parent is None or parent.node.tag in ("html", "body"):
        return name
    return f"{parent.element.selector.rsplit(' > ', 1)[-1]} > {name}"


def _without_webkit_box(style: ComputedStyle) -> ComputedStyle:
    """Return a fieldset's style: it is a flex or grid container, but no -webkit-box (HTML §15.3.13)."""
    if not style.is_webkit_box and style.line_clamp is None:
        return style
    display = "inline-block" if style.display.startswith("inline") else "flow-root"
    return style.replace(display=display, is_webkit_box=False, line_clamp=None)
