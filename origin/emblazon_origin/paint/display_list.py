"""The display list: what to draw, where, under which clip, in painting order; groups nest.

Nothing is drawn while the list is built; items that cannot show are skipped when it is played.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..layout.boxes import Rect
from .clip import Clip
from .geometry import IntRect, Matrix, enclose
from .painter import Painter, RoundedRect
from .surface import Surface

# Each open layer takes up to five bytes per pixel of the canvas.
MAX_NESTED_LAYERS = 32


@dataclass(slots=True, eq=False)
class ClipNode:
    """A clip inside of another one; resolved to pixels when first needed."""

    parent: ClipNode | None
    shape: RoundedRect
    matrix: Matrix
    _memo: tuple[Clip, Clip] | None = field(default=None, repr=False)

    def resolve(self, base: Clip) -> Clip:
        """Return the clip in device pixels, inside of `base`."""
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
            clip = Painter(_NOWHERE, node.matrix, clip).clip_to(node.shape)
            node._memo = (base, clip)
        return clip

    def bounds(self) -> IntRect:
        """Return the device pixels inside of all clips of the chain, without drawing masks."""
        box, node = _ALL, self
        while True:
            box = box.intersect(enclose(node.matrix.bounds(node.shape.rect)))
            if node.parent is None:
                return box
            node = node.parent


_ALL = IntRect(-(1 << 24), -(1 << 24), 1 << 24, 1 << 24)
_NOWHERE = Surface(IntRect(0, 0, 0, 0))


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One drawing step; `ink` is all that it may touch, in scaled px under `matrix`.

    `key` names everything that decides the pixels; None where that is not known.
    """

    ink: Rect
    matrix: Matrix
    clip: ClipNode | None
    draw: Callable[[Painter], None]
    key: tuple[object, ...] | None = None

    def device_ink(self) -> IntRect:
        """Return the device pixels that it may touch."""
        return enclose(self.matrix.bounds(self.ink))

    def play(self, surface: Surface, base: Clip, depth: int) -> None:
        """Draw it unless it is out of sight."""
        del depth
        ink = self.device_ink().intersect(base.bounds)
        if ink.is_empty:
            return
        clip = base if self.clip is None else self.clip.resolve(base)
        if not ink.intersect(clip.bounds).is_empty:
            self.draw(Painter(surface, self.matrix, clip))


# Draws a finished layer onto the surface below it: (below, layer, clip).
Compose = Callable[[Surface, Surface, Clip], None]


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Items that are drawn on a layer of their own, which is then filtered, masked and composited."""

    items: list[Item | Group]
    clip: ClipNode | None
    compose: Compose
    skip: Callable[[], None]  # tells that there are too many layers inside each other for this one
    spread: tuple[int, int, int, int] = (0, 0, 0, 0)  # how far filters carry ink: left, top, right, bottom
    before: Callable[[Surface, Clip], None] | None = None  # backdrop-filter: works on what is below

    def device_ink(self) -> IntRect:
        """Return the device pixels that it may touch."""
        left, top, right, bottom = self.spread
        ink = self.source_ink()
        if ink.is_empty:
            return ink
        return IntRect(ink.left - left, ink.top - top, ink.right + right, ink.bottom + bottom)

    def source_ink(self) -> IntRect:
        """Return the device pixels of the items, before filters."""
        ink = IntRect(0, 0, 0, 0)
        for item in self.items:
            own = item.device_ink()
            if item.clip is not None:
                own = own.intersect(item.clip.bounds())
            ink = ink.union(own)
        return ink

    def play(self, surface: Surface, base: Clip, depth: int) -> None:
        """Draw the items on a layer no larger than what can show, and composite it."""
        clip = base if self.clip is None else self.clip.resolve(base)
        if clip.bounds.is_empty:
            return
        if self.before is not None:
            self.before(surface, clip)
        left, top, right, bottom = self.spread
        # Filters need what lies outside of the clip too, as far as they carry ink inwards.
        visible = clip.bounds.intersect(surface.box)
        wanted = IntRect(
            visible.left - right, visible.top - bottom, visible.right + left, visible.bottom + top
        )
        box = self.device_ink().intersect(wanted)
        if box.is_empty:
            return
        if depth >= MAX_NESTED_LAYERS:
            self.skip()
            play(self.items, surface, clip, depth)
            return
        layer = Surface(box)
        play(self.items, layer, Clip(box), depth + 1)
        self.compose(surface, layer, clip)


def play(items: list[Item | Group], surface: Surface, base: Clip, depth: int = 0) -> None:
    """Draw items in order; `depth` counts the layers that are open."""
    for item in items:
        item.play(surface, base, depth)
