"""Where every run of text ends up on the canvas: transformed, clipped, faded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..layout.boxes.box import Box, Rect
from ..paint.effects.transform import transform_box, transform_matrix
from ..paint.raster.geometry import IDENTITY, Matrix
from ..text.line_model import GlyphRun, Line

Clips = tuple[Rect, ...]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnRun:
    """A run with its place: `rect` from cap height (or ascent) to descent in CSS px of the canvas."""

    run: GlyphRun
    box: Box
    rect: Rect
    visible: Rect  # what the clips leave of `rect`
    opacity: float
    selector: str


@dataclass(frozen=True, slots=True)
class _Place:
    matrix: Matrix = IDENTITY
    opacity: float = 1.0
    clips: Clips = ()
    absolute_clips: Clips = ()
    fixed_clips: Clips = ()
    selector: str = ""


def drawn_runs(root: Box) -> list[DrawnRun]:
    """Return every run that has glyphs, in document order."""
    found: list[DrawnRun] = []
    viewport = _viewport_boxes(root)
    stack = [(root, _Place())]
    while stack:
        box, around = stack.pop()
        place = _inside(box, around, box in viewport)
        for line in box.lines:
            found.extend(_runs_of(box, line, place))
        stack.extend((child, place) for child in reversed(box.children))
    return found


def _viewport_boxes(root: Box) -> list[Box]:
    bodies = [c for c in root.children if c.element is not None and c.element.tag == "body"]
    return [root, *bodies[:1]]


def _inside(box: Box, around: _Place, is_viewport: bool) -> _Place:
    """Return the place of a box's content."""
    style = box.style
    clips = around.clips
    if style.position == "absolute":
        clips = around.absolute_clips
    elif style.position == "fixed":
        clips = around.fixed_clips
    matrix = around.matrix.then(transform_matrix(style, transform_box(box), 1.0))
    if not is_viewport and (style.overflow_x != "visible" or style.overflow_y != "visible"):
        clips = (*clips, matrix.bounds(box.padding_box))
    holds_fixed = bool(style.transform or style.filter or style.backdrop_filter)
    holds_absolute = holds_fixed or style.position != "static"
    selector = box.element.selector or box.element.tag if box.element is not None else around.selector
    return _Place(
        matrix,
        around.opacity * style.opacity,
        clips,
        clips if holds_absolute else around.absolute_clips,
        clips if holds_fixed else around.fixed_clips,
        selector,
    )


def _runs_of(box: Box, line: Line, place: _Place) -> Iterator[DrawnRun]:
    turn = box.lines_turn
    content = (turn.box if turn else box).content_box
    for run in line.runs:
        if not run.glyphs or run.style.visibility != "visible":
            continue
        rect = text_rect(content, line, run)
        rect = place.matrix.bounds(turn.to_canvas(line, rect) if turn else rect)
        visible = rect
        for clip in place.clips:
            visible = intersect(visible, clip)
        element = run.element
        selector = (element.selector or element.tag) if element is not None else place.selector
        yield DrawnRun(run, box, rect, visible, place.opacity, selector)


def text_rect(content: Rect, line: Line, run: GlyphRun) -> Rect:
    """Return a run's room from its capitals' tops to its descenders, before transforms."""
    metrics = run.font.metrics(run.size)
    top = metrics.cap_height or metrics.ascent
    baseline = content.y + line.baseline + run.shift
    return Rect(content.x + run.x, baseline - top, run.width, top + min(metrics.descent, run.size * 0.25))


def intersect(a: Rect, b: Rect) -> Rect:
    """Return what two rectangles share; width or height 0 where they do not meet."""
    left, top = max(a.x, b.x), max(a.y, b.y)
    right, bottom = min(a.x + a.width, b.x + b.width), min(a.y + a.height, b.y + b.height)
    return Rect(left, top, max(0.0, right - left), max(0.0, bottom - top))
