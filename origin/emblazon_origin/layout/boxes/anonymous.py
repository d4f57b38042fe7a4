"""Styles of anonymous boxes: what their parent hands down, and initial values for the rest."""

from __future__ import annotations

from ...style.cascade.computed_values import INHERITED_FIELDS
from ...style.values.computed import ComputedStyle

# Decorations are not inherited in CSS, but a parent's anonymous boxes draw its text.
INHERITED = frozenset((*INHERITED_FIELDS, "text_decorations"))


def anonymous_style(parent: ComputedStyle, **changes: object) -> ComputedStyle:
    """Return the style of an anonymous block box inside `parent`."""
    inherited = {name: value for name, value in parent.fields.items() if name in INHERITED}
    return ComputedStyle.of(inherited | {"display": "block"} | changes)
