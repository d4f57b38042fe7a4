"""`clip-path`, `mask` and `filter` by `url(#id)`: the element of an inline SVG, as markup of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ..values import value_types as v
from ..values.computed import ComputedStyle
from ..values.node import HtmlNode

# Markup of an element of the document's SVGs with all that it refers to.
Definition = Callable[[HtmlNode], str]


def resolve_references(
    style: ComputedStyle, ids: Callable[[], Mapping[str, HtmlNode]], define: Definition
) -> None:
    """Give every reference of a style its markup; `ids` are the elements inside of inline SVGs.

    As in Chromium, what refers to nothing clips nothing and filters nothing, but masks everything.
    """
    changes: dict[str, Any] = {}
    if isinstance(style.clip_path, v.SvgReference):
        found = _defined(style.clip_path, "clipPath", ids(), define)
        changes["clip_path"] = found if found.markup else None
    if any(function.reference is not None for function in style.filter):
        functions = (_filter(function, ids(), define) for function in style.filter)
        changes["filter"] = tuple(function for function in functions if function is not None)
    if any(
        isinstance(layer.image, v.Url) and layer.image.href.startswith("#") for layer in style.mask_layers
    ):
        changes["mask_layers"] = tuple(_mask(layer, ids(), define) for layer in style.mask_layers)
    for name, value in changes.items():
        setattr(style, name, value)


def _defined(
    reference: v.SvgReference, tag: str, ids: Mapping[str, HtmlNode], define: Definition
) -> v.SvgReference:
    node = ids.get(reference.id)
    return reference if node is None or node.name != tag else replace(reference, markup=define(node))


def _filter(
    function: v.FilterFunction, ids: Mapping[str, HtmlNode], define: Definition
) -> v.FilterFunction | None:
    if function.reference is None:
        return function
    found = _defined(function.reference, "filter", ids, define)
    return replace(function, reference=found) if found.markup else None


def _mask(layer: v.BackgroundLayer, ids: Mapping[str, HtmlNode], define: Definition) -> v.BackgroundLayer:
    if not isinstance(layer.image, v.Url) or not layer.image.href.startswith("#"):
        return layer
    return replace(layer, reference=_defined(v.SvgReference(layer.image.href[1:]), "mask", ids, define))
