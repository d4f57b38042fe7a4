"""What a box is given by the box around it, and what an algorithm is given to fill."""

from __future__ import annotations

from typing import NamedTuple

from .boxes.box import Sides
from .boxes.nodes import Node


class AdoptedAxis(NamedTuple):
    """The tracks of one axis that a subgrid takes from its parent, from its own content box's start."""

    starts: tuple[float, ...]
    sizes: tuple[float, ...]
    names: tuple[tuple[str, int], ...]  # of the lines


class AdoptedTracks(NamedTuple):
    """The tracks that a subgrid takes; None: that axis is its own."""

    columns: AdoptedAxis | None
    rows: AdoptedAxis | None


class Constraints(NamedTuple):
    """What a box is laid out under, px; equal constraints give equal fragments.

    `containing_width` and `containing_height` (None: indefinite) are the containing block's, for
    percentages; `width` and `height` are border box sizes that a container or insets impose; `shrink` asks
    for fit-content instead of filling the width.
    """

    containing_width: float
    containing_height: float | None
    width: float | None = None
    height: float | None = None
    shrink: bool = False
    height_is_definite: bool = True  # of an imposed height: for percentages of children
    adopted: AdoptedTracks | None = None  # of a subgrid


class Frame(NamedTuple):
    """The box around the content that an algorithm lays out: used edges, inner width, height bounds.

    `inner_height` is None where the height depends on the content; then `min_inner_height` and
    `max_inner_height` bound it. `height_basis` is what percentage heights of children refer to.
    """

    node: Node
    border: Sides
    padding: Sides
    inner_width: float
    inner_height: float | None
    min_inner_height: float
    max_inner_height: float
    height_basis: float | None
    is_auto_height: bool  # `height` behaves as auto, be it that a ratio decides
    adopted: AdoptedTracks | None = None  # of a subgrid

    @property
    def left(self) -> float:
        """From the border box's left edge to the content box's."""
        return self.border.left + self.padding.left

    @property
    def top(self) -> float:
        """From the border box's top edge to the content box's."""
        return self.border.top + self.padding.top
