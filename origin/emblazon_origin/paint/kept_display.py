"""What painting keeps of a document that comes again with other texts: its items, and pictures of them.

An item is found again by what decides its pixels. Items of the drawing before are static: they are painted
once, into a picture that is copied. Where cards of one template come in turn, those are what they share. A
static item may come before others that it does not touch, in whatever order: that way labels, rules and
panels below a title that changes are in the picture too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from ..ground import Ground, OnGround, Picture
from ..layout.boxes.box import Box, Rect
from .display_list import ClipNode, Group, Item, play
from .painter import RoundedRect
from .raster.geometry import IntRect, Matrix
from .raster.ground_surface import GroundSurface
from .raster.rasterizer import Clip
from .raster.surface import Surface
from .work import Work

T = TypeVar("T")
Items = list[Item | Group]
_PICTURES = 1  # for each document: what a picture saves is less than what two of them take
_LONG = 4  # drawings after which an item is worth another picture
_PATIENCE = 2  # drawings one after the other without an item of a picture before there is another one
_AGE = 8  # drawings without it after which an item is forgotten
_MARGIN = 2  # device px by which ink may be wrong


@dataclass(slots=True)
class KeptEntry:
    """What is kept under a key, and which drawings had it."""

    value: object
    keep: object  # what the key names by identity
    streak: int = 0  # drawings one after the other that had it
    last: int = 0  # the last one of them


class Place(NamedTuple):
    """How items of a box are drawn."""

    matrix: Matrix
    clip: ClipNode | None
    shift: tuple[float, float]
    viewport: Rect | None


Make = Callable[..., Items]  # of a box, its geometry, a matrix, a clip, and the context


class Slot(NamedTuple):
    """Where items of a box come in a display list: its number in tree order, and what makes them."""

    number: int
    place: Place
    make: Make | None  # None: they are its lines


class PlanPart(NamedTuple):
    """Neighbours in a display list, and what they use of what is kept."""

    slot: Slot | None  # None: they stay
    items: Items
    uses: list[KeptEntry]


@dataclass(slots=True)
class DisplayPlan:
    """A display list in parts (see display_plan.py), and what it uses of what is kept besides."""

    root: Box  # of the drawing that it was made from
    parts: list[PlanPart]
    pinned: set[int]  # numbers of boxes with items inside of groups
    rows: set[int]  # and of those that show in table cells, wherever these are
    uses: list[KeptEntry]


@dataclass(slots=True)
class _Picture:
    ground: Ground
    spent: float  # work
    items: Items  # keeps their identities
    missed: int = 0  # drawings one after the other that lacked some of them

    @property
    def identities(self) -> set[int]:
        """The items, by identity."""
        return set(map(id, self.items))


@dataclass(slots=True, eq=False)
class KeptDisplay:
    """The items of a document's last drawings, and pictures of those that stay."""

    pixels: int  # of the canvas
    drawing: int = 0
    base: Clip | None = None  # one object, since clips remember what they are inside of
    boxes: Box | None = None  # of the last drawing
    plan: DisplayPlan | None = None  # of its display list
    drawn: list[tuple[Box, Place, Make | None, Items]] | None = None  # by box while a plan is made
    _entries: dict[Hashable, KeptEntry] = field(default_factory=dict)
    _static: set[int] = field(default_factory=set)  # also in the drawing before
    _firm: set[int] = field(default_factory=set)  # for long
    _touched: dict[int, int] = field(default_factory=dict)  # static items, and in which drawing
    _pictures: OrderedDict[Hashable, _Picture] = field(default_factory=OrderedDict)

    @property
    def bytes(self) -> int:
        """What the pictures, and what is known of them, may take."""
        return 5 * self.pixels * _PICTURES

    def begin(self, box: IntRect) -> Clip:
        """Begin a drawing; return the clip of the canvas."""
        self.drawing += 1
        self._static = set()
        self._firm = set()
        if self.base is None or self.base.bounds != box:
            self.base = Clip(box)
        if self.drawing % _AGE == 0:
            oldest = self.drawing - _AGE
            self._entries = {key: entry for key, entry in self._entries.items() if entry.last >= oldest}
        return self.base

    def get(self, key: Hashable, keep: object, make: Callable[[], T]) -> T:
        """Return what the key stood for before, else make it; `keep` is what it names by identity."""
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = KeptEntry(make(), keep)
        self.use((entry,))
        return entry.value  # type: ignore[return-value]  # as it was made

    def use(self, entries: Iterable[KeptEntry]) -> None:
        """Note that a drawing has what is kept."""
        for entry in entries:
            if entry.last != self.drawing:
                entry.streak = entry.streak + 1 if entry.last == self.drawing - 1 else 1
                entry.last = self.drawing
            if entry.streak > 1:
                value = entry.value
                identities = [*map(id, value)] if isinstance(value, list) else [id(value)]
                self._static.update(identities)
                if entry.streak > _LONG:
                    self._firm.update(identities)

    def used(self) -> list[KeptEntry]:
        """Return what this drawing has used so far, lines left out."""
        return [
            entry
            for key, entry in self._entries.items()
            if entry.last == self.drawing and not (isinstance(key, tuple) and key[0] == "line")
        ]

    def clip(self, parent: ClipNode | None, shape: RoundedRect, matrix: Matrix) -> ClipNode:
        """Return the node of a clip, the same object every time."""
        key = ("clip", id(parent), shape, matrix)
        return self.get(key, parent, lambda: ClipNode(parent, shape, matrix))

    def group(self, key: Hashable, keep: object, items: Items, make: Callable[[], Group]) -> Group:
        """Return a group of items, the same object where those are the same."""
        return self.get((key, *map(id, items)), (keep, items), make)

    def play(
        self,
        items: Items,
        canvas: Hashable,
        paint: Callable[[], Surface],
        work: Work,
        *,
        is_flat: bool = False,
    ) -> Picture:
        """Draw the items on a canvas that `canvas` names and `paint` makes, of one colour if `is_flat`."""
        base = self.base
        if base is None:
            raise RuntimeError("a drawing is played before it began")
        found = self._pictures.get(canvas)
        known = found.identities if found is not None and found.items else self._static
        static, rest, reaches = self._apart(items, base, known)
        if found is not None and is_flat and self._is_missed(found, static):
            surface = paint()  # which takes less than another picture, and that would be lost too
            play(items, surface, base, work)
            return surface.image()
        if found is not None and (len(static) < len(found.items) or self._has_firm(rest)):
            # Another picture, but only for what it has lost, or for what has long been the same.
            firm = found.identities & self._static | self._firm
            static, rest, reaches = self._apart(items, base, firm)
        if found is None or list(map(id, static)) != list(map(id, found.items)):
            surface, before = paint(), work.spent
            play(static, surface, base, work)
            if surface.alpha is None and not work.left_out:
                self._pictures[canvas] = _Picture(Ground(surface.rgb.copy()), work.spent - before, static)
                self._pictures.move_to_end(canvas)
                if len(self._pictures) > _PICTURES:
                    self._pictures.popitem(last=False)
        else:
            self._pictures.move_to_end(canvas)
            work.spent += found.spent
            return _play_on(found.ground, rest, reaches, base, work)
        play(rest, surface, base, work)
        return surface.image()

    @staticmethod
    def _is_missed(picture: _Picture, static: Items) -> bool:
        """Whether a drawing lacks items of a picture that may be whole in the next one."""
        picture.missed = picture.missed + 1 if len(static) < len(picture.items) else 0
        return 0 < picture.missed < _PATIENCE

    def _apart(self, items: Items, base: Clip, wanted: set[int]) -> tuple[Items, Items, list[IntRect]]:
        """Return the wanted items that nothing before them touches unless it is one of them, and the rest.

        What those may read or write comes last.
        """
        static: Items = []
        rest: Items = []
        touched: list[IntRect] = []
        for item in items:
            reach = _reach(item, base)
            kept = id(item) in wanted
            if kept and not self._was_touched(item) and not _meets_any(reach, touched):
                static.append(item)
                continue
            rest.append(item)
            touched.append(reach)
            if kept:
                self._touched.setdefault(id(item), self.drawing)
        return static, rest, touched

    def _has_firm(self, items: Items) -> bool:
        """Whether some item has been the same for long, and was not touched lately."""
        return any(id(item) in self._firm and not self._was_touched(item) for item in items)

    def _was_touched(self, item: Item | Group) -> bool:
        """Whether something below a static item changed lately: one picture does for more of the drawings."""
        since = self._touched.get(id(item))
        if since is not None and self.drawing - since > _AGE:
            del self._touched[id(item)]
            return False
        return since is not None


def _play_on(ground: Ground, items: Items, reaches: list[IntRect], base: Clip, work: Work) -> OnGround:
    """Draw items on a ground, in order; their reaches are where they may draw."""
    rows = tuple([(top, bottom) for left, top, right, bottom in reaches if left < right and top < bottom])
    if not ground.is_noted:
        plain = Surface(base.bounds, ground.image)
        play(items, plain, base, work)
        return OnGround(ground, rows, tuple(reaches), plain.image)
    surface = GroundSurface(ground)
    drawn = surface.drawn
    for item, reach in zip(items, reaches, strict=True):
        surface.is_written, count = False, len(drawn)
        item.play(surface, base, work, 0)
        if surface.is_written:
            drawn[count:] = [reach]
    return OnGround(ground, rows, tuple(drawn), surface.image)


def _reach(item: Item | Group, base: Clip) -> IntRect:
    """Return the pixels that drawing an item may read or write, known once for each canvas."""
    known = item.reach
    if known is None or known[0] is not base:
        known = item.reach = base, _found_reach(item, base)
    return known[1]


def _found_reach(item: Item | Group, base: Clip) -> IntRect:
    if isinstance(item, Group) and item.before is not None:
        return base.bounds
    ink = item.close_ink() if isinstance(item, Item) else item.device_ink()
    if item.clip is not None:
        ink = ink.intersect(item.clip.bounds())
    ink = ink.intersect(base.bounds)
    if ink.is_empty:
        return ink
    return IntRect(ink.left - _MARGIN, ink.top - _MARGIN, ink.right + _MARGIN, ink.bottom + _MARGIN)


def _meets_any(reach: IntRect, others: list[IntRect]) -> bool:
    left, top, right, bottom = reach
    for x0, y0, x1, y1 in others:  # noqa: SIM110 - every item asks for every changed one before it
        if left < x1 and x0 < right and top < y1 and y0 < bottom:
            return True
    return False
