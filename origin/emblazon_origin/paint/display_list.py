"""The display list: what to draw, where, under which clip, in painting order; groups nest.

Nothing is drawn while the list is built; items that cannot show are skipped when it is played.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..layout.boxes.box import Rect
from ..limits import MAX_NESTED_LAYERS, MAX_OPEN_PIXELS
from .painter import Painter, RoundedRect
from .raster.geometry import IntRect, Matrix, enclose
from .raster.rasterizer import Clip
from .raster.surface import Surface
from .work import GROUP, Cost, Work


@dataclass(slots=True, eq=False)
class ClipNode:
    """A clip inside of another one; resolved to pixels when first needed."""

    parent: ClipNode | None
    shape: RoundedRect
    matrix: Matrix
    _memo: tuple[Clip, Clip] | None = field(default=None, repr=False)
    _bounds: IntRect | None = field(default=None, repr=False)

    def resolve(self, base: Clip, work: Work) -> Clip:
        """Return the clip in device pixels, inside of `base`; a rectangle where masks are too much work."""
        if self._memo is not None and self._memo[0] is base:
            return self._memo[1]
        chain: list[ClipNode] = [self]
        while chain[-1].parent is not None:
            chain.append(chain[-1].parent)
        clip = base
        for node in reversed(chain):
            if node._memo is not None and node._memo[0] is base:
                clip = node._memo[1]
                continue
            clip = node._narrow(clip, work)
            node._memo = (base, clip)
        return clip

    def _narrow(self, clip: Clip, work: Work) -> Clip:
        painter = Painter(_NOWHERE, self.matrix, clip)
        box = enclose(self.matrix.bounds(self.shape.rect))
        inside = box.intersect(clip.bounds)
        if painter.pixel_box(self.shape) is None and not work.take_mask(inside.width * inside.height):
            return clip.to_rect(box)
        return painter.clip_to(self.shape)

    def bounds(self) -> IntRect:
        """Return the device pixels inside of all clips of the chain, without drawing masks."""
        if self._bounds is None:
            self._bounds = self._found_bounds()
        return self._bounds

    def _found_bounds(self) -> IntRect:
        box, node = _ALL, self
        while True:
            box = box.intersect(enclose(node.matrix.bounds(node.shape.rect)))
            if node.parent is None:
                return box
            node = node.parent


_ALL = IntRect(-(1 << 24), -(1 << 24), 1 << 24, 1 << 24)
_NOWHERE = Surface(IntRect(0, 0, 0, 0))
_ITEM = Cost("text")


@dataclass(slots=True, eq=False)
class Item:
    """One drawing step; `ink` is all that it may touch, in scaled px under `matrix`.

    `key` names everything that decides the pixels; None where that is not known.
    """

    ink: Rect
    matrix: Matrix
    clip: ClipNode | None
    draw: Callable[[Painter], None]
    key: tuple[object, ...] | None = None
    cost: Cost = _ITEM
    blends: bool = False
    close: Rect | None = None  # no more than it touches, where `ink` is generous
    reach: tuple[Clip, IntRect] | None = field(default=None, repr=False)  # see kept_display.py
    _ink: IntRect | None = field(default=None, repr=False)

    def device_ink(self) -> IntRect:
        """Return the device pixels that it may touch."""
        if self._ink is None:
            self._ink = enclose(self.matrix.bounds(self.ink))
        return self._ink

    def close_ink(self) -> IntRect:
        """Return the device pixels that it touches, as closely as that is known."""
        return self.device_ink() if self.close is None else enclose(self.matrix.bounds(self.close))

    def play(self, surface: Surface, base: Clip, work: Work, depth: int) -> None:
        """Draw it unless it is out of sight, or too much work."""
        del depth
        clip = self.enter(base, work)
        if clip is not None:
            self.draw(Painter(surface, self.matrix, clip))

    def enter(self, base: Clip, work: Work) -> Clip | None:
        """Count its work; return the clip that it is drawn through, None where it is not to be drawn."""
        ink = self.device_ink().intersect(base.bounds)
        clip = base
        if self.clip is not None and not ink.is_empty:
            clip = self.clip.resolve(base, work)
            ink = ink.intersect(clip.bounds)
        left, top, right, bottom = ink
        if right <= left or bottom <= top:
            return None
        return clip if work.take(self.cost, (right - left) * (bottom - top)) else None


# Draws a finished layer onto the surface below it: (below, layer, clip, opacity).
Compose = Callable[[Surface, Surface, Clip, float], None]
_GROUP = Cost("effect", GROUP)


@dataclass(slots=True, eq=False)
class Group:
    """Items that are drawn on a layer of their own, which is then filtered, masked and composited."""

    items: list[Item | Group]
    clip: ClipNode | None
    compose: Compose
    skip: Callable[[], None]  # tells that there are too many layers inside each other for this one
    spread: tuple[int, int, int, int] = (0, 0, 0, 0)  # how far filters carry ink: left, top, right, bottom
    before: Callable[[Surface, Clip], None] | None = None  # backdrop-filter: works on what is below
    opacity: float = 1.0
    plain: bool = False  # whether the layer is laid over what is below as it is
    blends: bool = False  # whether it mixes with what is below, up to the stacking context around it
    cost: Cost = _GROUP
    before_ink: IntRect = _NOWHERE.box
    before_cost: Cost = _GROUP
    reach: tuple[Clip, IntRect] | None = field(default=None, repr=False)
    _ink: IntRect | None = field(default=None, repr=False)

    def device_ink(self) -> IntRect:
        """Return the device pixels that it may touch."""
        left, top, right, bottom = self.spread
        ink = self.source_ink()
        if ink.is_empty:
            return ink
        return IntRect(ink.left - left, ink.top - top, ink.right + right, ink.bottom + bottom)

    def source_ink(self) -> IntRect:
        """Return the device pixels of the items, before filters."""
        if self._ink is None:
            self._ink = ink_of(self.items)
        return self._ink

    def play(self, surface: Surface, base: Clip, work: Work, depth: int) -> None:
        """Draw the items on a layer no larger than what can show, and composite it."""
        clip = base if self.clip is None else self.clip.resolve(base, work)
        if clip.bounds.is_empty:
            return
        visible = clip.bounds.intersect(surface.box)
        if self.before is not None:
            below = self.before_ink.intersect(surface.box)
            if work.take(self.before_cost, below.width * below.height):
                self.before(surface, clip)
        left, top, right, bottom = self.spread
        # Filters need what lies outside of the clip too, as far as they carry ink inwards.
        wanted = IntRect(
            visible.left - right, visible.top - bottom, visible.right + left, visible.bottom + top
        )
        box = self.device_ink().intersect(wanted)
        if box.is_empty:
            return
        pixels = box.width * box.height
        if depth >= MAX_NESTED_LAYERS or work.open_pixels + pixels > MAX_OPEN_PIXELS:
            self.skip()
            play(self.items, surface, clip, work, depth)
        elif not work.take(self.cost, pixels):
            play(self.items, surface, clip, work, depth)
        else:
            work.open_pixels += pixels
            layer = Surface(box)
            play(self.items, layer, Clip(box), work, depth + 1)
            work.open_pixels -= pixels
            self.compose(surface, layer, clip, self.opacity)


def ink_of(items: list[Item | Group]) -> IntRect:
    """Return the device pixels that items may touch."""
    ink = IntRect(0, 0, 0, 0)
    for item in items:
        own = item.device_ink()
        if item.clip is not None:
            own = own.intersect(item.clip.bounds())
        ink = ink.union(own)
    return ink


def play(items: list[Item | Group], surface: Surface, base: Clip, work: Work, depth: int = 0) -> None:
    """Draw items in order; `depth` counts the layers that are open."""
    for item in items:
        item.play(surface, base, work, depth)
