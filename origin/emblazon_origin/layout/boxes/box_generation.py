"""From elements to boxes: anonymous boxes, blocks in inlines, items, markers (CSS Display 3, CSS 2 §9.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeGuard

from ...report import Report
from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element, Text
from ...style.values.value_types import ZERO, ContentImage, Url
from ...style.values.writing_modes import is_vertical
from ...text.line_model import BreakItem, TextItem
from ..columns.flow import has_columns, make_columns
from ..context import ImageSizes
from ..flow.inline_context import has_substance
from ..flow.list_markers import Ascent, fit_picture, marker_shape, marker_style, shape_node
from ..table.generation import COLUMNS, GROUPS, PARTS, TABLES, finish_table
from .nodes import (
    Absolute,
    AnnotationContent,
    Atomic,
    CloseBox,
    InlineContent,
    Node,
    OpenBox,
    anonymous_style,
)
from .turned_node import is_turned, turned_node

ATOMIC_DISPLAYS = frozenset({"inline-block", "inline-flex", "inline-grid", "inline-table"})
_FORMATTING_CONTEXTS = frozenset({
    "flow-root", "flex", "grid", "inline-flex", "inline-grid", "inline-block", "table", "inline-table",
    "table-cell", "table-caption",
})  # fmt: skip


@dataclass(slots=True, eq=False)
class _Block:
    """A block-level box met while flattening inline content."""

    node: Node


_Piece = InlineContent | _Block


@dataclass(slots=True, eq=False)
class BoxGenerator:
    """Builds the tree of one document. `images` tells the natural sizes of replaced elements."""

    images: ImageSizes
    ascent: Ascent  # of a style's primary font, for drawn list markers
    report: Report
    viewport_scroller: Element | None = None  # its overflow is not its own
    count: int = 0
    floats: list[Node] = field(default_factory=list)

    def build(self, root: Element) -> Node:
        """Return the root element's node."""
        node = self._node(root)
        node.is_root_context = True
        for floating in self.floats:
            mark_float(floating)
        return node

    def _new(self, style: ComputedStyle, element: Element | None) -> Node:
        self.count += 1
        return Node(style, element, order=self.count)

    def _node(self, element: Element) -> Node:
        node = self._plain_node(element)
        return turned_node(node) if is_turned(node) else node

    def _plain_node(self, element: Element) -> Node:
        style = element.style
        node = self._new(style, element)
        if (key := replaced_key(element)) is not None:
            self._set_replaced(node, key)
            return node
        node.is_viewport_scroller = element is self.viewport_scroller
        scrolls = not node.is_viewport_scroller and not (
            style.overflow_x in ("visible", "clip") and style.overflow_y in ("visible", "clip")
        )
        node.is_root_context = (
            node.is_out_of_flow
            or scrolls
            or style.display in _FORMATTING_CONTEXTS
            or style.align_content != "normal"
            or style.container_type != "normal"
            or not style.contain.isdisjoint(("layout", "paint"))
        )
        if style.content_visibility == "hidden" and "size" in style.contain:
            element = replace(element, children=[])
        if style.display in ("flex", "inline-flex"):
            node.kind = "flex"
            self._add_items(node, element)
        elif style.display in ("grid", "inline-grid"):
            node.kind = "grid"
            self._add_items(node, element)
        elif style.display in TABLES:
            self._add_parts(node, element)
            self.count += 1
            return finish_table(node, self.count)
        elif style.display in GROUPS or style.display == "table-row":
            self._add_parts(node, element)
        else:
            pieces: list[_Piece] = []
            children = element.children
            if style.display == "list-item" and children and _is_marker(children[0]):
                self._add_marker(node, children[0], pieces)
                children = children[1:]
            if style.ruby == "ruby":  # made a block
                self._add_ruby(element, pieces)
            else:
                self._flatten(children, element, pieces)
            self._fill_block(node, pieces)
            if has_columns(style):
                make_columns(node)
            if style.text_box_trim != "none":
                hand_down_trim(node)
            if element.tag == "button" and style.align_content == "normal":  # its content is in its middle
                node.style, node.is_root_context = style.replace(align_content="center"), True
        return node

    def _add_marker(self, node: Node, marker: Element, pieces: list[_Piece]) -> None:
        """Give a list item its marker: beside the box, or as the first inline piece."""
        style = marker_style(marker.style)
        shape = marker_shape(node.style, marker)
        inside = node.style.list_style_position == "inside"
        if shape is not None:
            box = shape_node(style, shape, self.ascent(style), inside)
        elif inside:
            begun = len(pieces)
            self._flatten([marker], marker, pieces)
            fit_picture(pieces[begun:], node.style, self._whole_ascent(style))
            return
        else:
            box = self._new(style, None)
            box.is_root_context = True
            content: list[_Piece] = []
            self._flatten(marker.children, marker, content)
            fit_picture(content, node.style, self._whole_ascent(style))
            for piece in content:
                if isinstance(piece, TextItem):
                    piece.style = style
            self._fill_block(box, content)
        box.order = self.count
        if inside:
            pieces.append(Atomic(box))
        else:
            box.parent, node.marker = node, box

    def _whole_ascent(self, style: ComputedStyle) -> float:
        """Return the ascent above the letters' baseline, in vertical text too."""
        return self.ascent(style.replace(text_orientation="sideways"))

    def _set_replaced(self, node: Node, key: str) -> None:
        node.kind, node.replaced, node.is_root_context = "replaced", key, True
        size = self.images.intrinsic(key) if key else None
        if size is None:
            node.natural_width = node.natural_height = 0.0
        else:
            node.natural_width, node.natural_height, node.natural_ratio = size.width, size.height, size.ratio
        if is_vertical(node.style.flow):
            node.natural_width, node.natural_height = node.natural_height, node.natural_width
            node.natural_ratio = 1 / node.natural_ratio if node.natural_ratio else node.natural_ratio
        contain = node.style.contain
        if not contain.isdisjoint(("size", "inline-size")):
            node.natural_width, node.natural_ratio = node.style.contain_intrinsic_width or 0.0, None
        if "size" in contain:
            node.natural_height = node.style.contain_intrinsic_height or 0.0

    # --- parts of tables ---------------------------------------------------------------------------

    def _add_parts(self, node: Node, element: Element) -> None:
        """Add rows, cells and the like; anything else goes into anonymous cells."""
        others: list[Element | Text] = []
        for child, owner in boxes_of(element.children, element):
            if isinstance(child, Text) and not child.data.strip(" \t\n\r\f"):
                continue  # white space between parts, and between what becomes cells
            if isinstance(child, Element) and child.style.display in COLUMNS:
                if node.style.display in TABLES:
                    _adopt(node, self._columns(child))
                continue
            if isinstance(child, Text) or not (
                child.style.display in PARTS or child.style.position in ("absolute", "fixed")
            ):
                others.append(child)
                continue
            self._add_stray_cell(node, owner, others)
            others = []
            _adopt(node, self._node(child))
        self._add_stray_cell(node, element, others)

    def _columns(self, element: Element) -> Node:
        """Return the box of a column, or of a group with its columns; nothing else is in it (§2.1)."""
        node = self._new(element.style, element)
        for child, _ in boxes_of(element.children, element):
            if isinstance(child, Element) and child.style.display == "table-column":
                _adopt(node, self._new(child.style, child))
        return node

    def _add_stray_cell(self, node: Node, owner: Element, children: list[Element | Text]) -> None:
        if all(isinstance(child, Text) and not child.data.strip(" \t\n\r\f") for child in children):
            return
        cell = self._new(anonymous_style(node.style, display="table-cell"), None)
        pieces: list[_Piece] = []
        self._flatten(children, owner, pieces)
        self._fill_block(cell, pieces)
        _adopt(node, cell)

    def _add_stray_parts(self, parent: Element, parts: list[Element], out: list[_Piece]) -> None:
        """Make an anonymous table around parts that are in none."""
        if parts:
            inline = parent.style.display == "inline"  # (CSS 2 §17.2.1)
            style = anonymous_style(parent.style, display="inline-table" if inline else "table")
            table = self._new(style, None)
            for part in parts:
                _adopt(table, self._node(part))
            self.count += 1
            table = finish_table(table, self.count)
            table.is_atomic = inline
            out.append(Atomic(table) if inline else _Block(table))
            parts.clear()

    # --- items of flex and grid containers ---------------------------------------------------------

    def _add_items(self, container: Node, element: Element) -> None:
        text: list[_Piece] = []
        legacy = container.style.is_webkit_box
        for child, parent in boxes_of(element.children, element):
            if isinstance(child, Text):
                if not legacy or child.data.strip(" \t\n\r\f"):
                    text.append(TextItem(child.data, parent.style, parent, child))
            elif legacy and child.style.display.startswith("inline") and child.style.position != "absolute":
                self._flatten([child], parent, text)
            elif child.tag == "br":
                text.append(BreakItem(child.style))
            elif child.tag == "wbr":
                text.append(TextItem("\u200b", parent.style, parent))
            else:
                self._add_text_item(container, text)
                text = []
                node = self._node(child)
                node.is_item = not node.is_out_of_flow
                node.is_root_context = True
                if legacy:
                    node.style = _webkit_item(node.style)
                _adopt(container, node)
        self._add_text_item(container, text)

    def _add_text_item(self, container: Node, text: list[_Piece]) -> None:
        """Wrap a run of text or breaks in an anonymous item, unless it is white space only."""
        if any(not isinstance(piece, TextItem) or piece.text.strip(" \t\n\r\f") for piece in text):
            item = self._new(anonymous_style(container.style), None)
            self._fill_block(item, text)
            item.is_item = item.is_root_context = True
            if container.style.is_webkit_box:
                item.style = _webkit_item(item.style)
            _adopt(container, item)

    def _anonymous(self, parent: Node, content: list[InlineContent]) -> Node:
        style = parent.style
        own = anonymous_style(style)
        if parent.kind == "block" and style.text_overflow != "clip":
            # Both are the block container's own and hold for the lines inside its anonymous boxes.
            own = own.replace(
                text_overflow=style.text_overflow, overflow_x=style.overflow_x, overflow_y=style.overflow_y
            )
        node = self._new(own, None)
        node.kind, node.content = "inline", content
        _adopt_content(node)
        _adopt(parent, node)
        return node

    # --- block containers --------------------------------------------------------------------------

    def _flatten(self, children: Iterable[Element | Text], parent: Element, out: list[_Piece]) -> None:
        stray: list[Element] = []
        for child, owner in boxes_of(children, parent):
            if isinstance(child, Element) and child.style.display in COLUMNS:
                continue  # columns of no table
            if isinstance(child, Element) and child.style.display in PARTS and replaced_key(child) is None:
                stray.append(child)
                continue
            if stray and isinstance(child, Text) and not child.data.strip(" \t\n\r\f"):
                continue
            self._add_stray_parts(parent, stray, out)
            if isinstance(child, Text):
                if child.data:
                    out.append(TextItem(child.data, owner.style, owner, child))
            elif child.tag == "br":
                out.append(BreakItem(child.style))
                if child.style.clear != "none":  # what follows begins below the floats
                    clear = anonymous_style(child.style, display="block").replace(clear=child.style.clear)
                    out.append(_Block(self._new(clear, None)))
            elif child.tag == "wbr":
                out.append(TextItem("\u200b", owner.style, owner))
            elif child.style.float_ != "none":
                node = self._node(child)
                node.is_root_context = True
                self.floats.append(node)
                out.append(Absolute(node))
            elif child.style.position in ("absolute", "fixed"):
                node = self._node(child)
                out.append(Absolute(node))
            elif child.style.display in ATOMIC_DISPLAYS or (
                child.style.display == "inline" and replaced_key(child) is not None
            ):
                node = self._node(child)
                node.is_atomic = True
                out.append(Atomic(node))
            elif child.style.display == "inline":
                opened = OpenBox(child.style, child)
                out.append(opened)
                if child.style.ruby == "ruby":
                    self._add_ruby(child, out)
                else:
                    self._flatten(child.children, child, out)
                out.append(CloseBox(opened))
            else:
                out.append(_Block(self._node(child)))
        self._add_stray_parts(parent, stray, out)

    def _add_ruby(self, ruby: Element, out: list[_Piece]) -> None:
        """Add the bases of a ruby element, each an inline box with its annotation (CSS Ruby 1 §2)."""
        base: list[Element | Text] = []
        for child in ruby.children:
            if not isinstance(child, Element) or not is_annotation(child.style):
                base.append(child)
                continue
            content: list[_Piece] = [OpenBox(child.style, child)]
            self._flatten(child.children, child, content)
            content.append(CloseBox(content[0]))  # type: ignore[arg-type]
            kept: list[InlineContent] = [
                piece for piece in content if isinstance(piece, TextItem | OpenBox | CloseBox)
            ]
            if len(kept) < len(content):
                message = "an annotation of ruby is text on one line: other boxes in it are not drawn"
                self.report.add(
                    "warning", "css-unsupported-value", message, line=child.line, where=child.selector
                )
            bidi = "isolate" if ruby.style.direction == "rtl" else "normal"
            opened = OpenBox(anonymous_style(ruby.style, display="inline", unicode_bidi=bidi), None)
            opened.annotation = AnnotationContent(child.style, kept)
            out.append(opened)
            self._flatten(base, ruby, out)
            out.append(CloseBox(opened))
            base = []
        self._flatten(base, ruby, out)

    def _fill_block(self, node: Node, pieces: list[_Piece]) -> None:
        if not any(isinstance(piece, _Block) for piece in pieces):
            content = [piece for piece in pieces if not isinstance(piece, _Block)]
            if has_substance(content) or _holds_absolutes(content):
                node.kind, node.content = "inline", content
                _adopt_content(node)
                node.first_line = _with_first_line(node.element)
            else:
                _adopt_absolutes(node, content)
            return
        if node.style.text_fit is not None and node.element is not None:
            message = (
                "text-fit works on the element that holds the text itself, not on one with blocks inside"
            )
            self.report.add(
                "warning",
                "css-unsupported-value",
                message,
                line=node.element.line,
                where=node.element.selector,
            )
        for run in split_at_blocks(pieces):
            if isinstance(run, _Block):
                _adopt(node, run.node)
            elif has_substance(run) or _holds_absolutes(run):
                self._anonymous(node, run)
            else:
                _adopt_absolutes(node, run)
        if (element := _with_first_line(node.element)) is not None:
            in_flow = (child for child in node.children if not child.is_out_of_flow and not child.is_float)
            first = next(in_flow, None)
            if first is not None and first.element is None and first.kind == "inline":
                first.first_line = element


def _webkit_item(style: ComputedStyle) -> ComputedStyle:
    """Return an item's style in a `-webkit-box`, which knows little of flexbox's properties."""
    flex = max(0.0, style.box_flex)
    changes: dict[str, object] = {
        "flex_grow": flex, "flex_shrink": flex, "order": style.box_ordinal_group, "align_self": "auto",
    }  # fmt: skip
    if style.flex_basis == "auto" and style.width == "auto":
        changes["flex_basis"] = "fit-content"
    changes |= {key: ZERO for key in ("min_width", "min_height") if getattr(style, key) == "auto"}
    return style.replace(**changes)


def boxes_of(children: Iterable[Element | Text], parent: Element) -> Iterator[tuple[Element | Text, Element]]:
    """Yield the children that make boxes, `display: contents` looked through, each with its DOM parent."""
    stack = [(iter(children), parent)]
    while stack:
        iterator, owner = stack[-1]
        child = next(iterator, None)
        if child is None:
            stack.pop()
        elif isinstance(child, Text):
            yield child, owner
        elif child.style.display == "contents" and replaced_key(child) is None:
            stack.append((iter(child.children), child))
        elif child.style.display not in ("none", "contents"):
            yield child, owner


def hand_down_trim(node: Node) -> None:
    """Let the blocks with a container's first and last line trim them (CSS Inline 3 §7)."""
    children = [child for child in node.children if not child.is_out_of_flow and not child.is_float]
    if node.kind not in ("block", "columns") or not children:
        return
    trim = node.style.text_box_trim
    for side, child in (("start", children[0]), ("end", children[-1])):
        style = child.style
        edge = "top" if side == "start" else "bottom"
        padding = getattr(style, f"padding_{edge}")
        has_edge = getattr(style, f"border_{edge}_width") or padding.px or not padding.is_absolute
        if trim not in (f"trim-{side}", "trim-both") or has_edge:
            continue
        own = style.text_box_trim
        both = own not in ("none", f"trim-{side}")
        child.style = style.replace(text_box_trim="trim-both" if both else f"trim-{side}")
        hand_down_trim(child)


def mark_float(node: Node) -> None:
    """Note a float on the boxes around it, up to its block formatting context's."""
    parent = node.parent
    while parent is not None:
        parent.holds_floats = True
        if parent.is_root_context:
            break
        parent = parent.parent


def is_annotation(style: ComputedStyle) -> bool:
    """Whether a box in ruby is an annotation of what is before it."""
    return style.ruby == "ruby-text" and style.display == "inline" and style.position == "static"


def _with_first_line(element: Element | None) -> Element | None:
    return element if element is not None and element.first_line is not None else None


def _is_marker(child: Element | Text) -> TypeGuard[Element]:
    return isinstance(child, Element) and child.tag == "::marker"


def replaced_key(element: Element) -> str | None:
    """Return the image key of a replaced element, "" for an `<img>` without a source; None for others."""
    if element.svg is not None:
        return element.svg
    content = element.style.content
    if isinstance(content, tuple) and not element.tag.startswith("::"):
        images = [part for part in content if isinstance(part, ContentImage)]
        if len(images) == 1 and len(content) == 1 and isinstance(images[0].image, Url):
            return images[0].image.href
    if element.tag == "img":
        return element.attributes.get("src", "")
    return None


def _holds_absolutes(content: list[InlineContent]) -> bool:
    """Whether an inline box of a content without lines is what absolutely positioned boxes lie in."""
    depth = 0
    for piece in content:
        if isinstance(piece, OpenBox):
            depth += piece.style.position != "static"
        elif isinstance(piece, CloseBox):
            depth -= piece.open.style.position != "static"
        elif depth and isinstance(piece, Absolute) and not piece.node.is_float:
            return True
    return False


def split_at_blocks(pieces: list[_Piece]) -> Iterator[list[InlineContent] | _Block]:
    """Split inline content at the blocks in it; inline boxes around a block are cut in two (§9.2.1.1)."""
    run: list[InlineContent] = []
    stack: list[OpenBox] = []
    current: dict[OpenBox, OpenBox] = {}
    for piece in pieces:
        if isinstance(piece, _Block):
            for opened in reversed(stack):
                current[opened].has_right = False
                run.append(CloseBox(current[opened]))
            yield run
            piece.node.moved_by = tuple(o.style for o in stack if o.style.position == "relative")
            yield piece
            run = []
            for opened in stack:
                current[opened] = OpenBox(opened.style, opened.element, has_left=False)
                run.append(current[opened])
        elif isinstance(piece, OpenBox):
            stack.append(piece)
            current[piece] = piece
            run.append(piece)
        elif isinstance(piece, CloseBox):
            stack.remove(piece.open)
            run.append(CloseBox(current[piece.open]))
        else:
            run.append(piece)
    yield run


def _adopt(parent: Node, child: Node) -> None:
    child.parent = parent
    parent.children.append(child)


def _adopt_content(node: Node) -> None:
    for entry in node.content:
        if isinstance(entry, Atomic | Absolute):
            entry.node.parent = node


def _adopt_absolutes(node: Node, content: list[InlineContent]) -> None:
    for entry in content:
        if isinstance(entry, Absolute):
            _adopt(node, entry.node)
