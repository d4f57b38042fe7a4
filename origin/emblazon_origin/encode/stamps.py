"""The colours of a picture from what was drawn on a ground that is known, without looking at its pixels.

A colour over one other colour, as letters are, makes those between the two: how many pixels have which one is
told by its coverage, and so is what stands for each pixel in a palette. A few pixels may have had another
colour before, as where a title lies over dots: those are looked at one by one.
"""

from __future__ import annotations

import sys
from itertools import chain, cycle
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, _imaging

from ..ground import Area, Color8, Ground, OnGround, Stamp, shades_between
from .color_runs import RUN_PAIRS, SAMPLE_COLORS, Runs, few_runs, numbered, sums_of, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .color_runs import Bytes, Ints, Totals, Words

    Bools = NDArray[np.bool_]

_FEW = 0.02  # of the pixels of a stamp may have had another colour, or it is quicker to look at all of them
_MOST_KINDS = 24
_LEVELS = 256  # of coverage
_TILE = 8  # pixels
_SAMPLE = 8  # of every so manieth row every so manieth pixel
_OPAQUE = np.uint32(int.from_bytes(b"\0\0\0\xff", sys.byteorder))  # the byte of which Pillow says nothing
_NOWHERE, _NO_COLORS = np.empty(0, np.int64), np.empty(0, np.uint32)
_Kind = tuple[Color8, Color8]  # what was below, and what was laid over it


class Stamped(NamedTuple):
    """The colours of a picture, and what lies on its ground."""

    size: tuple[int, int]
    ground: Runs
    numbering: _Numbering
    counts: Totals  # how many pixels have each colour; some have none
    laid: list[_Laid]
    fresh: list[Ints]  # the numbers of the colours of each one's other pixels

    @property
    def colors(self) -> Words:
        """The colours that are numbered."""
        return self.numbering.colors

    def painted(self, entries: Bytes, *, halves: bool) -> Bytes:
        """Return the pixels, where an entry stands for each colour: in bytes, or two of them in one."""
        width, height = self.size
        below = self.ground.painted(entries.take(self.numbering.ground), halves=False)
        plane = below.reshape(height, width)
        tables = {kind: entries.take(numbers).tobytes() for kind, numbers in self.numbering.kinds.items()}
        for one, fresh in zip(self.laid, self.fresh, strict=True):
            pixels = np.frombuffer(one.levels.translate(tables[one.kind]), np.uint8)
            left, top, right, bottom = one.area
            area = plane[top:bottom, left:right]
            area[:] = pixels.reshape(area.shape)
            if len(fresh):
                area[np.unravel_index(one.others, area.shape)] = entries.take(fresh)
        if not halves:
            return plane
        both = plane.view("<u2") * np.uint16(0x1001)  # its upper byte has two entries
        both >>= 8
        return both.astype(np.uint8)


def stamped(on: OnGround) -> Stamped | None:
    """Return the colours of a picture; None where one has to look at its pixels for that."""
    found = _stamped(on) if on.ground.is_noted else None
    on.ground.is_noted = found is not None  # another drawing will look much the same
    return found


def _stamped(on: OnGround) -> Stamped | None:
    known = on.ground.found("stamps", lambda: _Known.of(on.ground))
    width, height = on.size
    if known is None or width % 2:  # a pair would have one pixel twice
        return None
    stamps = [stamp for stamp in on.drawn if isinstance(stamp, Stamp)]
    if len(stamps) < len(on.drawn):
        return None
    laid: list[_Laid] = []
    for stamp in stamps:
        one = _Laid.of(stamp, known, laid)
        if one is None:
            return None
        laid.append(one)
    kinds = tuple(dict.fromkeys([one.kind for one in laid]))
    if len(kinds) > _MOST_KINDS:
        return None
    numbering = on.ground.latest("numbering", kinds, lambda: _Numbering.of(known.runs, kinds))
    changed = list(chain.from_iterable((one.gone, one.fresh) for one in laid))
    numbering, numbers = numbering.joined(changed)
    signs = [np.full(len(part), sign) for part, sign in zip(changed, cycle((-1.0, 1.0)), strict=False)]
    counts = sums_of(
        np.concatenate((numbering.ground, *numbering.kinds.values(), *numbers)),
        np.concatenate((known.runs.counts, *(_levels(laid, kind) for kind in kinds), *signs)),
        len(numbering.colors),
    )
    if np.count_nonzero(counts) > SAMPLE_COLORS:
        runs = len(known.runs.lengths) + sum(map(_most_runs, laid))
        if 2 * RUN_PAIRS * runs > width * height:
            return None  # it may be a photo
    return Stamped(on.size, known.runs, numbering, counts, laid, numbers[1::2])


def _bytes_of(cover: Image.Image) -> bytes:
    """Return what `Image.tobytes` does, in less than half the time."""
    encoder = _imaging.raw_encoder("L", "L", 0, 1)
    encoder.setimage(cover.im, (0, 0, *cover.size))
    data: bytes = encoder.encode(cover.width * cover.height)[2]
    return data


def _most_runs(one: _Laid) -> int:
    """Return by how many runs of pairs a stamp may add to those of its ground: where its coverage changes."""
    left, top, right, bottom = one.area
    height, first = bottom - top, left % 2
    rows = np.zeros((height, (right - left + first + 1) // 2 * 2), np.uint8)
    rows[:, first : first + right - left] = np.frombuffer(one.levels, np.uint8).reshape(height, -1)
    pairs = rows.view(np.uint16)
    beside = 4 * height + 4 * len(one.others)
    return beside + int(np.count_nonzero(pairs[:, 1:] != pairs[:, :-1]))


class _Known(NamedTuple):
    """What is known of a ground."""

    runs: Runs
    words: Words  # its pixels, a row for each row
    edges: Bools  # for each tile whether some pixel of it differs from its left or its upper neighbour

    @classmethod
    def of(cls, ground: Ground) -> _Known | None:
        """Look at a ground; None where it has too many runs to keep."""
        width, height = ground.image.size
        known = few_runs(ground)
        if known is None:
            return None
        words = words_of(ground.image).reshape(height, width)
        edges = np.zeros((-(-height // _TILE) * _TILE, -(-width // _TILE) * _TILE), np.bool_)
        edges[1:height, :width] |= words[1:] != words[:-1]
        edges[:height, 1:width] |= words[:, 1:] != words[:, :-1]
        tiles = edges.reshape(len(edges) // _TILE, _TILE, -1, _TILE)
        return cls(known.runs, words, np.logical_or.reduce(tiles, (1, 3)))

    def color_of(self, area: Area) -> Color8 | None:
        """Return the colour of an area, None where it may have several."""
        left, top, right, bottom = area
        tiles = self.edges[top // _TILE : -(-bottom // _TILE), left // _TILE : -(-right // _TILE)]
        return None if tiles.any() else _rgb(self.words[top, left])


class _Numbering(NamedTuple):
    """Numbers of colours: those of a ground, and for each kind of stamps those of all coverages."""

    colors: Words
    ground: Ints
    kinds: dict[_Kind, Ints]

    @classmethod
    def of(cls, ground: Runs, kinds: tuple[_Kind, ...]) -> _Numbering:
        """Number the colours of a ground and of some kinds of stamps."""
        colors, numbers = numbered(np.concatenate((ground.colors, *map(_shades, kinds))))
        own, rest = numbers[: len(ground.colors)], numbers[len(ground.colors) :].reshape(-1, _LEVELS)
        return cls(colors, own, dict(zip(kinds, rest, strict=True)))

    def joined(self, more: list[Words]) -> tuple[_Numbering, list[Ints]]:
        """Return the numbers of more colours too."""
        if not any(map(len, more)):
            return self, [_NOWHERE] * len(more)
        colors, numbers = numbered(np.concatenate((self.colors, *more)))
        own, *rest = np.split(numbers, np.cumsum([len(self.colors), *map(len, more[:-1])]))
        kinds = {kind: own.take(shades) for kind, shades in self.kinds.items()}
        return _Numbering(colors, own.take(self.ground), kinds), rest


def _shades(kind: _Kind) -> Words:
    """Return the colours between two, by coverage."""
    shades = np.full((_LEVELS, 4), 255, np.uint8)
    shades[:, :3] = np.frombuffer(shades_between(*kind), np.uint8).reshape(-1, 3)
    return shades.view(np.uint32)[:, 0]


class _Laid(NamedTuple):
    """A stamp, and what it was laid over: one colour, and other ones at a few pixels."""

    area: Area
    levels: bytes  # the coverage of each pixel
    is_whole: bool  # whether it covers all of the area
    kind: _Kind
    others: Ints = _NOWHERE  # where in the area
    gone: Words = _NO_COLORS  # what those pixels had
    fresh: Words = _NO_COLORS  # what they have

    @classmethod
    def of(cls, stamp: Stamp, known: _Known, before: list[_Laid]) -> _Laid | None:
        """Lay a stamp over a ground and other stamps; None where those have too many colours there."""
        area, cover, color = stamp
        left, top, right, bottom = area
        size = (right - left) * (bottom - top)
        levels = b"\xff" * size if cover is None else _bytes_of(cover)
        only: Color8 | None = None
        over: list[_Laid] = []
        for one in before:
            if not _meet(one.area, area):
                continue
            if one.is_whole and _holds(one.area, area):
                only, over = one.kind[1], []
            else:
                over.append(one)
        if only is None:
            only = known.color_of(area)
        if only is not None and not over:
            return cls(area, levels, cover is None, (only, color))
        below = known.words[top:bottom, left:right] | _OPAQUE
        if only is not None:
            below[:] = _word(only)
        for one in over:
            one.draw(below, area)
        only = _most_frequent(below)
        others = np.flatnonzero(below != _word(only))
        if len(others) > _FEW * size:
            return None
        gone = below.ravel().take(others)
        fresh = _mixed(gone, color, np.frombuffer(levels, np.uint8).take(others))
        return cls(area, levels, cover is None, (only, color), others, gone, fresh)

    def draw(self, words: Words, area: Area) -> None:
        """Draw what it covers onto the pixels of an area."""
        left, top, right, bottom = self.area
        x, y, x1, y1 = area
        shape = bottom - top, right - left
        rows, columns = slice(max(y - top, 0), y1 - top), slice(max(x - left, 0), x1 - left)
        own = _shades(self.kind).take(np.frombuffer(self.levels, np.uint8))
        own[self.others] = self.fresh
        drawn = np.frombuffer(self.levels, np.uint8).reshape(shape)[rows, columns] > 0
        target = words[max(top - y, 0) : bottom - y, max(left - x, 0) : right - x]
        target[drawn] = own.reshape(shape)[rows, columns][drawn]


def _word(color: Color8) -> int:
    return int.from_bytes((*color, 255), sys.byteorder)


def _most_frequent(words: Words) -> Color8:
    """Return the colour that most pixels of an area seem to have."""
    colors, counts = np.unique(words[::_SAMPLE, ::_SAMPLE], return_counts=True)
    return _rgb(colors[counts.argmax()])


def _rgb(word: np.uint32) -> Color8:
    red, green, blue, _ = word.tobytes()
    return red, green, blue


def _mixed(words: Words, color: Color8, levels: Bytes) -> Words:
    """Lay a colour over others, as Pillow does."""
    below, cover = words.view(np.uint8).reshape(-1, 4).astype(np.uint32), levels[:, None].astype(np.uint32)
    mixed = below * (255 - cover) + np.array([*color, 255], np.uint32) * cover + 128
    mixed += mixed >> 8
    mixed >>= 8
    return mixed.astype(np.uint8).view(np.uint32)[:, 0]


def _levels(laid: list[_Laid], kind: _Kind) -> Totals:
    """Return by how many pixels stamps of one kind change each shade; all of them were of the first one."""
    own = [one for one in laid if one.kind == kind]
    levels = b"".join([one.levels for one in own])
    counts = _counted(levels)
    counts[0] -= len(levels)
    for one in own:
        if len(one.others):
            counts -= np.bincount(np.frombuffer(one.levels, np.uint8).take(one.others), minlength=_LEVELS)
            counts[0] += len(one.others)
    return counts


def _counted(levels: bytes) -> Totals:
    """Count bytes by their values; four channels are counted in half the time that one takes."""
    quads = Image.frombytes("CMYK", (len(levels) // 4, 1), levels[: len(levels) // 4 * 4])
    counts: Totals = np.array(quads.histogram(), np.float64).reshape(4, _LEVELS).sum(0)
    for level in levels[len(levels) // 4 * 4 :]:
        counts[level] += 1
    return counts


def _meet(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _holds(outer: Area, inner: Area) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3]
