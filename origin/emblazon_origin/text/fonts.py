"""Fonts as the text stage sees them. The interfaces other stages use; the text stage fills them in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class FontInstance:
    """A face at one set of variation coordinates, ready to shape and draw; shared between renders."""

    name: str
    units_per_em: int
