"""Positioned inline boxes, which are painted by their z-index (CSS 2 appendix E)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ...layout.boxes.box import Box
from ...style.values.dom import Element
from ...text.line_model import Line
from ..context import PaintContext
from ..display_list import ClipNode, Group, Item
from ..raster.geometry import Matrix
from .line_items import is_group, turned_line_items

Items = list[Item | Group]


def has_raised(line: Line) -> bool:
    """Whether a line has a positioned inline box."""
    return any(fragment.style.position != "static" for fragment in line.boxes)


class RaisedPart(NamedTuple):
    """What of a line is painted with a positioned inline box, None for the block: its own box, the rest."""

    owner: Element | None
    own: Items
    items: Items


@dataclass(slots=True)
class RaisedInlines:
    """With which positioned inline box of a block each element in it is painted."""

    block: Element | None
    owners: dict[int, Element | None] = field(default_factory=dict)  # by the element that is inside
    grouped: set[int] = field(
        default_factory=set
    )  # elements in inline boxes that are groups: they stay there

    def owner(self, element: Element | None) -> Element | None:
        """Return the positioned inline box with which an element is painted, itself maybe."""
        passed: list[Element] = []
        while element is not None and element is not self.block and id(element) not in self.owners:
            passed.append(element)
            element = element.parent
        found = self.owners.get(id(element)) if element is not None else None
        grouped = element is not None and id(element) in self.grouped
        for inner in reversed(passed):
            if not grouped and inner.style.display == "inline" and not (found and is_context(found)):
                if inner.style.position != "static":
                    found = inner
                else:
                    grouped = found is None and is_group(inner.style)
            if grouped:
                self.grouped.add(id(inner))
            self.owners[id(inner)] = found
        return found

    def parts(
        self, box: Box, line: Line, matrix: Matrix, clip: ClipNode | None, context: PaintContext
    ) -> Iterator[RaisedPart]:
        """Yield the items of a line by what they are painted with."""
        lines: dict[int, tuple[Element | None, Line, Line]] = {0: (None, _empty(line), _empty(line))}
        for fragment in line.boxes:
            owner = self.owner(fragment.element)
            key = 0 if owner is None else id(owner)
            _, own, rest = lines.setdefault(key, (owner, _empty(line), _empty(line)))
            is_own = owner is not None and fragment.element is owner and not is_group(owner.style)
            (own if is_own else rest).boxes.append(fragment)
        for run in line.runs:
            owner = self.owner(run.element)
            key = 0 if owner is None else id(owner)
            lines.setdefault(key, (owner, _empty(line), _empty(line)))[2].runs.append(run)
        fresh = replace(context, kept=None)
        for owner, own, rest in lines.values():
            box_items = turned_line_items(box, own, matrix, clip, fresh) if own.boxes else []
            yield RaisedPart(owner, box_items, turned_line_items(box, rest, matrix, clip, fresh))


def is_context(owner: Element) -> bool:
    """Whether what is in a positioned inline box is on levels of its own."""
    return isinstance(owner.style.z_index, int) or is_group(owner.style)


def _empty(line: Line) -> Line:
    return replace(line, boxes=[], runs=[])
