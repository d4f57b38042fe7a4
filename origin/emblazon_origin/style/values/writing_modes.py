"""Writing modes: the sides and sizes of a box as the lines of a flow see them (CSS Writing Modes 4 §6).

Layout knows one direction of lines alone. In a vertical flow it is given styles that are turned: their left
is where lines begin, their top is where blocks begin. What is turned back for painting is the box tree.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias, cast

from ...caching import remembered
from . import value_types as v

Flow: TypeAlias = Literal["horizontal-tb", "vertical-rl", "vertical-lr", "sideways-rl", "sideways-lr"]


class Lines(NamedTuple):
    """How the lines of an element run: what its flow-relative properties depend on."""

    flow: Flow = "horizontal-tb"
    rtl: bool = False


HORIZONTAL = Lines(), Lines(rtl=True)
_SIDES = ("top", "right", "bottom", "left")
# Where the top, right, bottom and left of a turned style are on the canvas.
_PLACES: dict[str, tuple[str, str, str, str]] = {
    "vertical-rl": ("right", "bottom", "left", "top"),
    "sideways-rl": ("right", "bottom", "left", "top"),
    "vertical-lr": ("left", "bottom", "right", "top"),
    "sideways-lr": ("left", "top", "right", "bottom"),
}
_SWAPPED = {"width": "height", "height": "width"}
_AXES = {"overflow_x": "overflow_y", "overflow_y": "overflow_x"}


def physical_name(flow: Flow, name: str) -> str:
    """Return the field or key that a turned style's field is on the canvas."""
    return name if flow == "horizontal-tb" else _physical(flow, name)


@remembered("physical names", 4096, bytes_each=150)
def _physical(flow: str, name: str) -> str:
    if name in _AXES:
        return _AXES[name]
    places = dict(zip(_SIDES, _PLACES[flow], strict=True))
    parts = name.split("_")
    if name.endswith("_radius") or (parts[0] == "corner" and len(parts) == 4):
        first, second = places[parts[1]], places[parts[2]]
        vertical, across = (first, second) if first in ("top", "bottom") else (second, first)
        return f"{parts[0]}_{vertical}_{across}_{parts[3]}"
    if parts[0] in ("margin", "padding", "border") and len(parts) > 1 and parts[1] in places:
        return "_".join((parts[0], places[parts[1]], *parts[2:]))
    if name in places:
        return places[name]
    if parts[-1] in _SWAPPED and parts[:-1] in ([], ["min"], ["max"], ["contain", "intrinsic"]):
        return "_".join((*parts[:-1], _SWAPPED[parts[-1]]))
    return name


@remembered("turned names", 4096, bytes_each=150)
def turned_name(flow: str, name: str) -> str:
    """Return the field of a turned style for one on the canvas."""
    around = name
    for _ in range(4):  # a turn is undone by as many of them as bring it back
        following = _physical(flow, around)
        if following == name:
            return around
        around = following
    return around


def is_vertical(flow: Flow) -> bool:
    """Whether lines run up or down."""
    return flow != "horizontal-tb"


def turned_fields(fields: dict[str, Any], flow: Flow) -> dict[str, Any]:
    """Return a style's fields as a vertical flow has them; of any of the fields' types, hence `Any`."""
    found = {turned_name(flow, name): _turned(name, value, flow) for name, value in fields.items()}
    ratio = fields.get("aspect_ratio")
    if ratio:
        found["aspect_ratio"] = 1 / ratio
    return found


def _turned(name: str, value: Any, flow: Flow) -> Any:  # of the field's type
    if name.endswith("_radius"):
        return value[1], value[0]
    if name == "box_shadow":
        return tuple(_turned_shadow(cast(v.Shadow, shadow), flow) for shadow in value)
    return value


def _turned_shadow(shadow: v.Shadow, flow: Flow) -> v.Shadow:
    x, y = (-shadow.y, shadow.x) if flow == "sideways-lr" else (shadow.y, -shadow.x)
    return shadow._replace(x=x, y=y)
