"""What the computation of one element gives: its style, and what its children inherit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..syntax.declarations import Custom
from ..syntax.registry import Values
from ..values.computed import ComputedStyle
from .font_properties import FontState


@dataclass(slots=True)
class Computed:
    """Everything of one element that its children need."""

    style: ComputedStyle
    values: Values  # own computed values by key
    inherited: Values  # inherited computed values by key, ancestors' included
    fields: Values  # the fields of ComputedStyle that children start from
    custom: Mapping[str, Custom | None]
    font: FontState
    line_height: float = 19.2
    scheme: str = "light"
    paint: Mapping[str, str] = field(default_factory=dict)  # SVG properties handed down
