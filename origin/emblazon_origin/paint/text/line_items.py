"""Display items of one line box: inline boxes, then text with its decorations (CSS 2 appendix E, step 7.2).

Inline elements with opacity, filters or blending are painted as groups of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from ...layout.boxes.box import Box, Rect, Sides
from ...style.values.computed import ComputedStyle
from ...style.values.dom import Element
from ...style.values.value_types import ZERO
from ...text.line_model import GlyphRun, InlineBoxFragment, Line
from ..boxes.box_geometry import BoxGeometry, in_viewport, make_geometry
from ..boxes.box_items import box_items, outline_items
from ..context import PaintContext
from ..costs import text_cost
from ..display_list import ClipNode, Group, Item
from ..effects.effect_groups import inline_group
from ..painter import Painter
from ..raster.geometry import IDENTITY, Matrix, around, snap
from ..traits import traits_of
from .decoration import DecorationLine, decoration_lines, line_ink, paint_decoration
from .runs import Origin, paint_run_shadows, paint_runs, run_ink
from .text_clip import runs_inside
from .turned_lines import line_matrix

Items = list[Item | Group]
_SPREADING = ("opacity", "blur", "drop-shadow")


@dataclass(slots=True)
class _Part:
    """What an element holds on a line: the block itself, or an inline element with effects."""

    element: Element | None
    fragments: list[InlineBoxFragment] = field(default_factory=list)
    runs: list[GlyphRun] = field(default_factory=list)


def turned_line_items(
    box: Box, line: Line, matrix: Matrix, clip: ClipNode | None, context: PaintContext
) -> Items:
    """Return the items of a line, turned as the box's writing mode has it."""
    turn = box.lines_turn
    if turn is None:
        return line_items(box, line, matrix, clip, context)
    return line_items(
        turn.box,
        line,
        matrix.then(line_matrix(turn, line, context)),
        clip,
        replace(context, shift=(0.0, 0.0)),
    )


def line_items(box: Box, line: Line, matrix: Matrix, clip: ClipNode | None, context: PaintContext) -> Items:
    """Return the items of a line, without its atomic inlines."""
    origin = context.line_origin(box, line)
    if _is_text_alone(line):
        runs = line.runs
        if context.kept is None:
            return _text_items(runs, origin, matrix, clip, context)
        known = ("line", id(line), origin, matrix, id(clip))
        return context.kept.get(known, (line, clip), lambda: _text_items(runs, origin, matrix, clip, context))

    def make() -> Items:
        fresh = replace(context, kept=None)
        return _part_items(box, line, _Part(box.element, line.boxes, line.runs), matrix, clip, fresh)

    # Of a broken inline box, other lines decide too.
    broken = any(not (part.has_left_edge and part.has_right_edge) for part in line.boxes)
    if context.kept is None or broken:
        return make()
    key = ("line", id(line), origin, matrix, id(clip))
    return context.kept.get(key, (line, clip), make)


def _is_text_alone(line: Line) -> bool:
    """Whether the inline boxes of a line show nothing, and nothing but glyphs is drawn of its runs.

    No inline element has effects either: its box would be there.
    """
    if not line.boxes:
        return True
    if any(run.style.text_shadow or run.style.text_decorations for run in line.runs):
        return False  # boxes in between decide what they lie over
    return not any(traits_of(part.style).may_show or is_group(part.style) for part in line.boxes)


def _part_items(
    box: Box, line: Line, whole: _Part, matrix: Matrix, clip: ClipNode | None, context: PaintContext
) -> Items:
    """Return the items of a part: its own, then a group for each inline element with effects inside it."""
    items: Items = []
    origin = context.line_origin(box, line)
    own, *inner = _parts(whole)
    for fragments, runs in _in_tree_order(own):
        items += _fragment_items(box, line, fragments, matrix, clip, context)
        items += _text_items(runs, origin, matrix, clip, context)
    for part in inner:
        content = _part_items(box, line, part, matrix, None, context)
        if content and part.element is not None:
            pieces = _pieces(box, part, context)
            if _mixes(part.element.style):
                _report_overlaps(box, part, context)
            items.append(inline_group(part.element, pieces, content, matrix, clip, context))
    return items


def _mixes(style: ComputedStyle) -> bool:
    """Whether it can be seen that a group is drawn in parts, where these lie over each other."""
    return (
        style.opacity < 1
        or style.mix_blend_mode != "normal"
        or any(function.name in _SPREADING for function in style.filter)
    )


def _report_overlaps(box: Box, part: _Part, context: PaintContext) -> None:
    """Say that boxes of a group lie over those of the next line, which has a group of its own."""
    for fragment in part.fragments:
        if fragment.has_right_edge or context.slices is None or not _is_seen(fragment.style):
            continue
        after = context.slices.after(fragment)
        if after is None or after.y <= fragment.y:
            continue
        one, other = (snap(context.place(_place(box, each))) for each in (fragment, after))
        if one.intersect(other).is_empty:
            continue
        message = "inline boxes with opacity, filters or blending are drawn line by line, and twice where "
        message += "lines overlap; make the element an inline-block, or its lines higher"
        if not any(known.message == message for known in context.report.diagnostics):
            context.report.add("warning", "css-unsupported-value", message, where="opacity")


def _is_seen(style: ComputedStyle) -> bool:
    return style.visibility == "visible" and (
        style.background_color.a > 0 or any(layer.image is not None for layer in style.background_layers)
    )


def _pieces(box: Box, part: _Part, context: PaintContext) -> list[BoxGeometry]:
    """Return the geometry of what of an inline element lies on a line."""
    return [
        _fragment_geometry(_fragment_box(fragment, _place(box, fragment)), fragment, context)
        for fragment in part.fragments
        if fragment.element is part.element
    ]


def _place(box: Box, fragment: InlineBoxFragment) -> Rect:
    content = box.content_box
    return Rect(content.x + fragment.x, content.y + fragment.y, fragment.width, fragment.height)


def _in_tree_order(part: _Part) -> Iterator[tuple[list[InlineBoxFragment], list[GlyphRun]]]:
    """Yield inline boxes and the text that follows each: a box covers text that comes before it."""
    waiting: dict[int, list[InlineBoxFragment]] = {}
    for fragment in part.fragments:
        waiting.setdefault(id(fragment.element), []).append(fragment)
    boxes: list[InlineBoxFragment] = []
    texts: list[GlyphRun] = []
    for run in part.runs:
        opened = [fragment for key in _ancestry(run.element) for fragment in waiting.pop(key, ())]
        if opened:
            if texts:
                yield boxes, texts
                boxes, texts = [], []
            boxes += opened
        texts.append(run)
    yield boxes, texts
    yield [fragment for fragments in waiting.values() for fragment in fragments], []


def _ancestry(element: Element | None) -> list[int]:
    """Return the identities of an element's ancestors and of itself, outermost first."""
    chain: list[int] = []
    while element is not None:
        chain.append(id(element))
        element = element.parent
    return chain[::-1]


def _parts(whole: _Part) -> list[_Part]:
    """Split a part by the outermost inline elements with effects inside it: what is in none comes first."""
    if not any(is_group(fragment.style) for fragment in whole.fragments):
        return [whole]
    parts = [_Part(whole.element)]
    by_element: dict[int, _Part] = {}
    owners: dict[int, Element | None] = {}

    def part_of(element: Element | None) -> _Part:
        owner = _effect_owner(element, whole.element, owners)
        if owner is None:
            return parts[0]
        if id(owner) not in by_element:
            by_element[id(owner)] = _Part(owner)
            parts.append(by_element[id(owner)])
        return by_element[id(owner)]

    for fragment in whole.fragments:
        part_of(fragment.element).fragments.append(fragment)
    for run in whole.runs:
        part_of(run.element).runs.append(run)
    return parts


def _effect_owner(
    element: Element | None, block: Element | None, known: dict[int, Element | None]
) -> Element | None:
    """Return the outermost inline element with effects around an element, itself included."""
    passed: list[Element] = []
    while element is not None and element is not block and element.style.display in ("inline", "contents"):
        if id(element) in known:
            break
        passed.append(element)
        element = element.parent
    owner = known.get(id(element)) if element is not None else None
    for inner in reversed(passed):
        if owner is None and inner.style.display == "inline" and is_group(inner.style):
            owner = inner
        known[id(inner)] = owner
    return owner


def is_group(style: ComputedStyle) -> bool:
    """Whether an inline box is painted as a group of its own."""
    return traits_of(style).has_effects or style.isolation == "isolate"


def _fragment_items(
    box: Box,
    line: Line,
    fragments: list[InlineBoxFragment],
    matrix: Matrix,
    clip: ClipNode | None,
    context: PaintContext,
) -> Items:
    items: Items = []
    origin = context.line_origin(box, line)
    for fragment in fragments:
        if not traits_of(fragment.style).may_show:
            continue
        shown = _fragment_box(fragment, _place(box, fragment))
        geometry = _fragment_geometry(shown, fragment, context)
        clipped = any(layer.clip == "text" for layer in fragment.style.background_layers)
        text = [(origin, IDENTITY, runs_inside(fragment.element, line.runs))] if clipped else []
        items += box_items(shown, geometry, matrix, clip, context, text)
        items += outline_items(shown, geometry, matrix, clip, context)
    return items


def _fragment_box(fragment: InlineBoxFragment, rect: Rect) -> Box:
    """Return the part of an inline box on this line as a box of its own (`box-decoration-break: slice`)."""
    style = fragment.style
    border = Sides(
        style.border_top_width, fragment.border_right, style.border_bottom_width, fragment.border_left
    )
    # Vertical padding is part of the fragment's height; only its background's origin needs it.
    padding = Sides(
        style.padding_top.resolve(0),
        fragment.padding_right,
        style.padding_bottom.resolve(0),
        fragment.padding_left,
    )
    return Box(style, rect, border, padding, fragment.element)


def _fragment_geometry(box: Box, fragment: InlineBoxFragment, context: PaintContext) -> BoxGeometry:
    style = box.style
    flat = (ZERO, ZERO)
    changes: dict[str, object] = {}
    if not fragment.has_left_edge:
        changes.update(border_top_left_radius=flat, border_bottom_left_radius=flat)
    if not fragment.has_right_edge:
        changes.update(border_top_right_radius=flat, border_bottom_right_radius=flat)
    shaped = style.replace(**changes) if changes else style
    rect = context.place(box.border_box)
    own = make_geometry(shaped, rect, box.border, box.padding, context.dpr)
    own = in_viewport(own, style, context)
    whole = context.slices.slice_of(fragment) if context.slices and _shows_slices(style) else None
    if whole is None:
        return own
    around = context.place(whole.around(box.border_box))
    return own._replace(strip=make_geometry(style, around, whole.border, whole.padding, context.dpr))


def _shows_slices(style: ComputedStyle) -> bool:
    """True where it can be seen that a part is cut from a longer box."""
    layers = style.background_layers or style.mask_layers
    return bool(layers or style.box_shadow) or style.border_image_source is not None


def _text_items(
    runs: list[GlyphRun], origin: Origin, matrix: Matrix, clip: ClipNode | None, context: PaintContext
) -> Items:
    shown = [run for run in runs if run.style.visibility == "visible" and run.glyphs]
    if not shown:
        return []
    dpr = context.dpr
    decorated = [run for run in runs if run.style.text_decorations and run.style.visibility == "visible"]
    lines: list[DecorationLine] = []
    if decorated:
        visible = [run for run in runs if run.style.visibility == "visible"]
        lines = decoration_lines(visible, origin, dpr, context.fonts)
    ink, close = run_ink(shown[0], origin, dpr)
    if lines or len(shown) > 1:
        inks, beside = [run_ink(run, origin, dpr) for run in shown], [line_ink(line, dpr) for line in lines]
        ink = around([each.generous for each in inks] + beside)
        close = around([each.close for each in inks] + beside)
    draw = partial(_draw_text, shown, lines, origin, dpr)
    return [Item(ink, matrix, clip, draw, cost=text_cost(shown, lines, dpr, matrix), close=close)]


def _draw_text(
    runs: list[GlyphRun], lines: list[DecorationLine], origin: Origin, dpr: float, painter: Painter
) -> None:
    """Draw shadows, lines under and over the text, the text, and lines through it, in this order."""
    for run in runs:
        if run.style.text_shadow:
            paint_run_shadows(painter, run, origin, dpr)
    for line in lines:
        if line.decoration.line != "line-through":
            paint_decoration(painter, line, origin, dpr)
    paint_runs(painter, runs, origin, dpr)
    for line in lines:
        if line.decoration.line == "line-through":
            paint_decoration(painter, line, origin, dpr)
