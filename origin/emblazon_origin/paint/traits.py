"""What painting asks of a style again and again, found once and kept with it."""

from __future__ import annotations

from typing import NamedTuple

from ..style.values.computed import ComputedStyle
from ..style.values.containing import contains_absolutes, contains_fixed
from .boxes.box_items import has_outline
from .effects.effect_groups import has_effects

_FLEXIBLE = frozenset(("flex", "inline-flex", "grid", "inline-grid"))


class Traits(NamedTuple):
    """What a box is to painting by its style alone."""

    has_effects: bool
    makes_context: bool  # its z-ordered descendants stay inside it
    makes_context_as_item: bool  # of a flex or grid container
    contains_absolutes: bool
    contains_fixed: bool
    is_plain: bool  # in the flow and in the plane of what it is in, without effects, levels or clips
    is_flexible: bool
    may_clip: bool
    may_show: bool  # something of its own: background, border, shadow, outline
    follows_lines: bool  # its background lies as its lines do
    moves_alone: bool  # where it lies decides what is drawn of itself, not of what is in it


def traits_of(style: ComputedStyle) -> Traits:
    """Return a style's traits."""
    try:
        found = style.painted
    except AttributeError:
        found = style.painted = _found(style)
    return found  # type: ignore[return-value]  # what this function put there


def _found(style: ComputedStyle) -> Traits:
    effects = has_effects(style)
    in_space = style.perspective is not None or style.transform_style == "preserve-3d"
    context = (
        style.position in ("fixed", "sticky")
        or (style.z_index != "auto" and style.position != "static")
        or in_space
        or effects
        or bool(style.transform)
        or style.isolation == "isolate"
    )
    contains = contains_absolutes(style), contains_fixed(style)
    may_clip = style.overflow_x != "visible" or style.overflow_y != "visible"
    return Traits(
        effects,
        context,
        context or style.z_index != "auto",
        *contains,
        style.position == "static"
        and style.float_ == "none"
        and style.backface_visibility == "visible"
        and not (context or style.z_index != "auto" or any(contains) or may_clip),
        style.display in _FLEXIBLE,
        may_clip,
        style.background_color.a > 0
        or any(layer.image is not None for layer in style.background_layers)
        or bool(style.box_shadow)
        or style.border_image_source is not None
        or any((style.border_top_width, style.border_right_width, style.border_bottom_width,
                style.border_left_width))
        or has_outline(style),
        any(layer.is_local or layer.clip == "text" for layer in style.background_layers),
        not (effects or may_clip or in_space or style.transform),
    )  # fmt: skip
