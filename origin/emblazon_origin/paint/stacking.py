"""Painting order: CSS 2 appendix E with today's stacking contexts, as a display list.

A stacking context is painted in this order: its own background and border; child contexts with a negative
z-index; backgrounds of block-level descendants; floats; inline content (and flex and grid items, each in one
go); outlines; positioned descendants with z-index auto or 0; child contexts with a positive z-index.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import NamedTuple

from ..layout.boxes.box import Box, Rect, Sides
from ..layout.boxes.shape_geometry import Radii
from ..style.values.computed import ComputedStyle
from ..style.values.dom import Element
from ..text.line_model import Line
from .boxes.box_geometry import BoxGeometry, geometry_of
from .boxes.box_items import box_items, outline_items, replaced_items
from .context import PaintContext
from .display_list import ClipNode, Group, Item
from .display_plan import boxes_and_moved, plan_of, planned_items
from .effects.effect_groups import effect_group, has_effects, isolated, plain_group
from .effects.planes import Plane, in_depth_order, plane_of, raster_of
from .effects.solid import IDENTITY_3D, PlaneView, Solid, of_plane, product, shows_its_back, view_of
from .effects.transform import is_flat, perspective_solid, transform_box, transform_matrix, transform_solid
from .kept_display import Make, Place
from .painter import RoundedRect
from .raster.geometry import IDENTITY, Matrix, inset, pixel_round
from .text.line_items import turned_line_items
from .text.raised_inlines import RaisedInlines, has_raised, is_context
from .traits import traits_of

Items = list[Item | Group]
_FAR = 1e6
_ORDER = attrgetter("style.order")


class Space(NamedTuple):
    """Where a box's children are in space: by its `perspective`, or in its 3D rendering context."""

    solid: Solid  # from a child's scaled px
    matrix: Matrix  # and from there to the device
    clip: ClipNode | None
    is_shared: bool  # whether they are sorted by depth among others (preserve-3d)


class Standing(NamedTuple):
    """How the plane of a box in space is seen."""

    solid: Solid
    base: Matrix
    clip: ClipNode | None
    view: PlaneView
    raster: Matrix
    keeps: bool  # its children are in the same space (preserve-3d)

    def is_turned(self, style: ComputedStyle) -> bool:
        """True where a side of the box is seen that does not show."""
        return style.backface_visibility == "hidden" and shows_its_back(self.solid)

    def surroundings(self, around: Surroundings) -> Surroundings:
        """Return what the box's own items are drawn in: a layer's pixels where it is projected."""
        if self.view.matrix is None:
            return Surroundings(self.raster)
        return around._replace(matrix=self.raster, clip=self.clip)


class Surroundings(NamedTuple):
    """What a box takes from its ancestors: the matrix, the clips by containing block, and their space."""

    matrix: Matrix = IDENTITY
    clip: ClipNode | None = None
    absolute_clip: ClipNode | None = None
    fixed_clip: ClipNode | None = None
    space: Space | None = None

    def clipped(self, clip: ClipNode | None) -> Surroundings:
        """Return the same with another clip."""
        space = self.space
        if space is not None and not space.is_shared:
            space = space._replace(clip=clip)
        return self._replace(clip=clip, space=space)


@dataclass(slots=True)
class StackingContext:
    """Descendants that are painted by z-index: (z, items) in tree order."""

    levels: list[tuple[int, Items]] = field(default_factory=list)

    def below(self) -> Items:
        """Items with a negative z-index, lowest first."""
        return self._sorted(lambda z: z < 0)

    def level(self) -> Items:
        """Items with z-index auto or 0."""
        return self._sorted(lambda z: z == 0)

    def above(self) -> Items:
        """Items with a positive z-index, lowest first."""
        return self._sorted(lambda z: z > 0)

    def _sorted(self, wanted: Callable[[int], bool]) -> Items:
        if not self.levels:  # as in most contexts
            return []
        chosen = [entry for entry in self.levels if wanted(entry[0])]
        return [item for _, items in sorted(chosen, key=lambda entry: entry[0]) for item in items]


@dataclass(slots=True)
class Phases:
    """Items of the in-flow, not positioned descendants, by phase."""

    backgrounds: Items = field(default_factory=list)
    floats: Items = field(default_factory=list)
    contents: Items = field(default_factory=list)
    outlines: Items = field(default_factory=list)


def makes_stacking_context(style: ComputedStyle, flexible_item: bool) -> bool:
    """True where a box's z-ordered descendants stay inside it."""
    traits = traits_of(style)
    return traits.makes_context_as_item if flexible_item else traits.makes_context


def build_display_list(root: Box, context: PaintContext, canvas: Item | None = None) -> Items:
    """Return everything that a document paints, the canvas background only where it is given."""
    kept = context.kept
    if kept is None or canvas is not None:
        return _built(root, context, canvas)
    before, kept.boxes = kept.boxes, root
    if kept.plan is not None and (planned := planned_items(kept.plan, root, context)) is not None:
        return planned
    stands = boxes_and_moved(root, before)
    if stands is None:
        return _built(root, context)
    findings = len(context.report.diagnostics)
    kept.drawn = []
    items = _built(root, context)
    silent = len(context.report.diagnostics) == findings  # a plan has nothing to say
    kept.plan = plan_of(items, stands[0], kept) if silent else None
    kept.drawn = None
    return items


def _built(root: Box, context: PaintContext, canvas: Item | None = None) -> Items:
    under = () if canvas is None else (canvas,)
    return _paint_whole(root, Surroundings(), StackingContext(), context, forced=True, under=under)


def _paint_whole(
    box: Box,
    around: Surroundings,
    parent: StackingContext,
    context: PaintContext,
    *,
    forced: bool = False,
    flexible_item: bool = False,
    under: tuple[Item, ...] = (),
) -> Items:
    """Paint a box and its descendants in one go; without a context of its own, z-ordered ones go up.

    `under` lies below all of it, inside of its effects.
    """
    own_context = forced or makes_stacking_context(box.style, flexible_item)
    stacking = StackingContext() if own_context else parent
    context = on_whole_pixels(box, context)
    standing = _standing(box, around, context)
    if standing is not None:
        if not standing.keeps and (standing.is_turned(box.style) or not standing.view.is_drawable):
            return []
        inner = standing.surroundings(around)
    elif box.style.transform:
        own = transform_matrix(box.style, context.place(transform_box(box)), context.dpr)
        inner = around._replace(matrix=around.matrix.then(own))
    else:
        inner = around
    if inner is not around and not inner.matrix.is_drawable:
        return []
    items = _painted(
        box, inner, stacking, context, standing, own_context=own_context, forced=forced, under=under
    )
    return items if standing is None else _in_space(items, standing, around, context)


def _painted(
    box: Box,
    around: Surroundings,
    stacking: StackingContext,
    context: PaintContext,
    standing: Standing | None,
    *,
    own_context: bool,
    forced: bool,
    under: tuple[Item, ...],
) -> Items:
    """Paint a box and its descendants onto its own plane, with its effects."""
    matrix = around.matrix
    if standing is None and not own_context and _is_bare(box):
        phases = Phases()
        _paint_inside(box, None, around, phases, stacking, context)
        return [*phases.backgrounds, *phases.floats, *phases.contents, *phases.outlines]
    geometry = geometry_of(box, context)
    grouped = traits_of(box.style).has_effects
    plain = _plain(box, geometry, matrix, around.clip, context) if grouped else None
    if plain is not None:
        return [plain]
    # A group starts afresh inside: its own clip is applied when its layer is composited.
    inner = Surroundings(matrix) if grouped else around
    phases = Phases()
    _paint_inside(box, geometry, inner, phases, stacking, context, standing)
    own: Items = []
    outline: Items = []
    if standing is None or not standing.is_turned(box.style):
        own = _items(box_items, box, geometry, inner, context)
        outline = _items(outline_items, box, geometry, inner, context)
    if own_context:
        items = [
            *under, *own, *stacking.below(), *phases.backgrounds, *phases.floats, *phases.contents,
            *phases.outlines, *outline, *stacking.level(), *stacking.above(),
        ]  # fmt: skip
    else:
        items = [*own, *phases.backgrounds, *phases.floats, *phases.contents, *phases.outlines, *outline]
    if not grouped:
        return isolated(items, context) if own_context and not forced else items
    if context.kept is None:
        return [effect_group(box, geometry, items, matrix, around.clip, context)]
    key = ("effect", id(box.style), geometry, box.border_box, matrix, id(around.clip))
    return [
        context.kept.group(
            key,
            (box.style, around.clip),
            items,
            lambda: effect_group(box, geometry, items, matrix, around.clip, context),
        )
    ]


# --- space (CSS Transforms 2 §3 to §8) -------------------------------------------------------------------


def _standing(box: Box, around: Surroundings, context: PaintContext) -> Standing | None:
    """Return how a box stands in space; None where it lies in the plane of what it is in."""
    style, space = box.style, around.space
    keeps = style.transform_style == "preserve-3d" and not _flattens(style)
    if not keeps and (not style.transform or (space is None and is_flat(style))):
        return None
    placed = context.place(box.border_box)
    about = context.place(transform_box(box))
    solid = transform_solid(style, about, context.dpr) if style.transform else IDENTITY_3D
    base, clip = around.matrix, around.clip
    if space is not None:
        solid, base, clip = product(space.solid, solid), space.matrix, space.clip
    view = view_of(product(of_plane(base), solid))
    raster = raster_of(view, placed) if view.is_drawable else IDENTITY
    return Standing(solid, base, clip, view, raster, keeps)


def _flattens(style: ComputedStyle) -> bool:
    """True where a box's children are in its plane whatever it asks for (§4)."""
    isolates = style.isolation == "isolate" and not style.will_change  # what is to change isolates as well
    return has_effects(style) or isolates or not {style.overflow_x, style.overflow_y} <= {"visible", "clip"}


def _with_space(
    box: Box, around: Surroundings, standing: Standing | None, context: PaintContext
) -> Surroundings:
    """Return the surroundings of a box's content with the space of its children."""
    style = box.style
    keeps = standing is not None and standing.keeps
    if style.perspective is None and not keeps:
        return around if around.space is None or box.element is None else around._replace(space=None)
    lens = perspective_solid(style, context.place(box.border_box), context.dpr)
    if standing is None or not standing.keeps:
        return around._replace(space=Space(lens, around.matrix, around.clip, is_shared=False))
    space = Space(product(standing.solid, lens), standing.base, standing.clip, is_shared=True)
    return around._replace(space=space)


def _in_space(items: Items, standing: Standing, around: Surroundings, context: PaintContext) -> Items:
    """Put what lies in a box's plane into its 3D rendering context, and sort that where it is complete."""
    shared = around.space is not None and around.space.is_shared
    if not standing.keeps and not shared:
        return [_plane(items, standing, context)] if standing.view.matrix is None else items
    planes: list[Plane] = []
    run: Items = []
    if not standing.view.is_drawable:  # seen from its edge: only what stands on it shows
        items = [item for item in items if isinstance(item, Plane) and item.is_shared]
    for item in items:
        if standing.keeps and isinstance(item, Plane) and item.is_shared:
            if run:
                planes.append(_plane(run, standing, context))
            planes.append(item)
            run = []
        else:
            run.append(item)
    if run:
        planes.append(_plane(run, standing, context))
    if not shared:
        return in_depth_order(planes)
    for plane in planes:
        plane.is_shared = True
    return [*planes]


def _plane(items: Items, standing: Standing, context: PaintContext) -> Plane:
    return plane_of(items, standing.view, standing.raster, standing.clip, context)


def _plain(
    box: Box, geometry: BoxGeometry, matrix: Matrix, clip: ClipNode | None, context: PaintContext
) -> Item | None:
    if context.kept is None:
        return plain_group(box, geometry, matrix, clip, context)
    empty = not (box.children or box.lines)
    key = ("plain", id(box.style), empty, geometry, matrix, id(clip))
    return context.kept.get(key, (box.style, clip), lambda: plain_group(box, geometry, matrix, clip, context))


def on_whole_pixels(box: Box, context: PaintContext) -> PaintContext:
    """Move a box onto whole pixels before a transform that moves it elsewhere, as Chromium does.

    What is transformed takes the fixed backgrounds in it along.
    """
    if not box.style.transform:
        return context
    if context.viewport is not None:
        context = replace(context, viewport=None)
    placed = context.place(box.border_box)
    if transform_matrix(box.style, context.place(transform_box(box)), context.dpr).is_pixel_shift:
        return context
    x, y, _, _ = placed
    dx, dy = context.shift
    return replace(context, shift=(dx + pixel_round(x) - x, dy + pixel_round(y) - y))


def _paint_inside(
    box: Box,
    geometry: BoxGeometry | None,
    around: Surroundings,
    phases: Phases,
    stacking: StackingContext,
    context: PaintContext,
    standing: Standing | None = None,
) -> None:
    """Collect what a box contains."""
    traits, inner = traits_of(box.style), around
    if not traits.is_plain or around.space is not None or standing is not None:
        inner = _with_space(box, _inside(box, geometry, around, context), standing, context)
    if geometry is not None and box.replaced is not None:
        phases.contents += _items(replaced_items, box, geometry, inner, context)
    in_lines: set[int] = set()
    raised: Raised | None = None
    for line in box.lines:
        if line.boxes and has_raised(line):
            raised = raised or Raised(RaisedInlines(box.element))
            in_lines |= _paint_raised(box, line, inner, phases, stacking, context, raised)
            continue
        items = turned_line_items(box, line, inner.matrix, inner.clip, context)
        phases.contents += items
        _note(box, None, items, inner, context)
        for placed in line.atomics:
            atomic = box.atomics.get(placed.item)
            if atomic is not None:
                in_lines.add(id(atomic))
                _paint_child(atomic, inner, phases, stacking, context, atomic=True, flexible_item=False)
    flexible = traits.is_flexible
    for child in sorted(box.children, key=_ORDER) if flexible else box.children:
        if id(child) not in in_lines:
            item = flexible and child.style.position not in ("absolute", "fixed")
            levels = stacking if raised is None else raised.levels_of(child.element, stacking)
            _paint_child(child, inner, phases, levels, context, atomic=item, flexible_item=item)
    if raised is not None:
        raised.finish(stacking)


@dataclass(slots=True)
class Raised:
    """A block's positioned inline boxes on their levels, each maybe with levels of its own."""

    inlines: RaisedInlines
    entries: dict[int, tuple[Items, Items, StackingContext]] = field(default_factory=dict)

    def entry(self, owner: Element, around: StackingContext) -> tuple[Items, Items, StackingContext]:
        """Return an inline box's own items, those of what is in it, and the levels that this has."""
        known = self.entries.get(id(owner))
        if known is None:
            place: Items = []
            z_index = owner.style.z_index
            around.levels.append((z_index if isinstance(z_index, int) else 0, place))
            inner = StackingContext() if is_context(owner) else around
            known = self.entries[id(owner)] = (place, [], inner)
        return known

    def levels_of(self, element: Element | None, around: StackingContext) -> StackingContext:
        """Return the levels on which a positioned box inside of inline boxes is."""
        owner = self.inlines.owner(element)
        return around if owner is None else self.entry(owner, around)[2]

    def finish(self, around: StackingContext) -> None:
        """Put what is in each inline box, with its levels, behind the box itself."""
        for place, items, inner in self.entries.values():
            if inner is around:
                place += items
            else:
                place += [*inner.below(), *items, *inner.level(), *inner.above()]


def _paint_raised(
    box: Box,
    line: Line,
    around: Surroundings,
    phases: Phases,
    stacking: StackingContext,
    context: PaintContext,
    raised: Raised,
) -> set[int]:
    """Collect a line with positioned inline boxes; return which boxes are on it."""
    for part in raised.inlines.parts(box, line, around.matrix, around.clip, context):
        if part.owner is None:
            phases.contents += part.items
        else:
            own, items, _ = raised.entry(part.owner, stacking)
            own += part.own
            items += part.items
    seen: set[int] = set()
    for placed in line.atomics:
        atomic = box.atomics.get(placed.item)
        if atomic is None:
            continue
        seen.add(id(atomic))
        owner = raised.inlines.owner(atomic.element)
        into, levels = phases, stacking
        if owner is not None:
            into, levels = Phases(), raised.entry(owner, stacking)[2]
        _paint_child(atomic, around, into, levels, context, atomic=True, flexible_item=False)
        if owner is not None:
            items = raised.entry(owner, stacking)[1]
            items += [*into.backgrounds, *into.floats, *into.contents, *into.outlines]
    return seen


def _paint_child(
    child: Box,
    around: Surroundings,
    phases: Phases,
    stacking: StackingContext,
    context: PaintContext,
    *,
    atomic: bool,
    flexible_item: bool,
) -> None:
    style = child.style
    if traits_of(style).is_plain:  # most are
        if not (atomic or child.is_inline_level):
            _paint_in_phases(child, around, phases, stacking, context)
            return
        phases.contents += _painted(
            child, around, stacking, context, None, own_context=False, forced=False, under=()
        )
        return
    if _turns_its_back(style, around.space):
        return
    if style.position == "absolute":
        around = around.clipped(around.absolute_clip)
    elif style.position == "fixed":
        around = around.clipped(around.fixed_clip)
    if style.position != "static" or makes_stacking_context(style, flexible_item):
        level = (
            style.z_index if isinstance(style.z_index, int) and _takes_z_index(style, flexible_item) else 0
        )
        entry: tuple[int, Items] = (level, [])
        stacking.levels.append(entry)  # before its descendants, which are later in tree order
        entry[1].extend(_paint_whole(child, around, stacking, context, flexible_item=flexible_item))
        return
    if style.float_ != "none":
        phases.floats += _paint_whole(child, around, stacking, context)
        return
    if atomic or child.is_inline_level:
        phases.contents += _paint_whole(child, around, stacking, context, flexible_item=flexible_item)
        return
    _paint_in_phases(child, around, phases, stacking, context)


def _paint_in_phases(
    child: Box, around: Surroundings, phases: Phases, stacking: StackingContext, context: PaintContext
) -> None:
    """Paint a block in the flow, each part in its phase."""
    geometry = None if _is_bare(child) else geometry_of(child, context)
    if geometry is None:
        _paint_inside(child, None, around, phases, stacking, context)
        return
    phases.backgrounds += _items(box_items, child, geometry, around, context)
    _paint_inside(child, geometry, around, phases, stacking, context)
    phases.outlines += _items(outline_items, child, geometry, around, context)


def _items(make: Make, box: Box, geometry: BoxGeometry, around: Surroundings, context: PaintContext) -> Items:
    """Return items of a box that follow from its geometry alone; they are noted for a plan."""
    items = make(box, geometry, around.matrix, around.clip, context)
    _note(box, make, items, around, context)
    return items


def _note(box: Box, make: Make | None, items: Items, around: Surroundings, context: PaintContext) -> None:
    """Note which box items are of, where a plan is made."""
    kept = context.kept
    if kept is not None and kept.drawn is not None and items:
        place = Place(around.matrix, around.clip, context.shift, context.viewport)
        kept.drawn.append((box, place, make, items))


def _is_bare(box: Box) -> bool:
    """True for a box that shows nothing but what it contains, all of it: its edges do not matter."""
    traits = traits_of(box.style)
    return not (traits.may_show or traits.may_clip or box.replaced is not None or any(box.border))


def _turns_its_back(style: ComputedStyle, space: Space | None) -> bool:
    """True for a box without a transform of its own that is not seen from behind, in a space turned away."""
    if style.backface_visibility == "visible" or style.transform or space is None or not space.is_shared:
        return False
    return shows_its_back(space.solid)


def _takes_z_index(style: ComputedStyle, flexible_item: bool) -> bool:
    return style.position != "static" or flexible_item


def _inside(
    box: Box, geometry: BoxGeometry | None, around: Surroundings, context: PaintContext
) -> Surroundings:
    """Return the surroundings of a box's content: clipped by its overflow, containing blocks noted."""
    traits = traits_of(box.style)
    clip = around.clip
    if geometry is not None and traits.may_clip:
        clip = overflow_clip(box, geometry, around, context)
    if clip is around.clip and not (traits.contains_absolutes or traits.contains_fixed):
        return around
    return Surroundings(
        around.matrix,
        clip,
        clip if traits.contains_absolutes else around.absolute_clip,
        clip if traits.contains_fixed else around.fixed_clip,
        around.space,
    )


def overflow_clip(
    box: Box, geometry: BoxGeometry, around: Surroundings, context: PaintContext
) -> ClipNode | None:
    """Return the clip of a box's content: its padding edge where overflow is not visible.

    Where it is `clip`, it is that of another box with the margin that is given (CSS Overflow 4 §3.2).
    """
    style = box.style
    clips_x, clips_y = style.overflow_x != "visible", style.overflow_y != "visible"
    if not (clips_x or clips_y) or box in context.unclipped:
        return around.clip
    shape = geometry.padding_shape
    if style.overflow_clip_margin is not None and style.overflow_x == style.overflow_y == "clip":
        edge, margin = style.overflow_clip_margin
        around_it = geometry.shape(edge)
        by = margin * context.dpr
        rect = inset(around_it.rect, Sides(-by, -by, -by, -by))
        shape = RoundedRect(rect, around_it.radii.spread(by).fit(rect.width, rect.height))
    elif not (clips_x and clips_y):
        x, y, w, h = shape.rect
        rect = Rect(x, -_FAR, w, 2 * _FAR) if clips_x else Rect(-_FAR, y, 2 * _FAR, h)
        shape = RoundedRect(rect, Radii())
    if context.kept is not None:
        return context.kept.clip(around.clip, shape, around.matrix)
    return ClipNode(around.clip, shape, around.matrix)
