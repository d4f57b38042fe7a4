"""`clip-path`, `mask` and `filter` by `url(#id)`: the element of an inline SVG, as markup of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ...report import Report
from ..syntax.registry import Values
from ..values import value_types as v
from ..values.computed import ComputedStyle
from ..values.dom import HtmlNode


@dataclass(frozen=True, slots=True)
class SvgReferences:
    """Finds the elements that the style of one element refers to.

    `ids` are the elements inside of the document's inline SVGs, `define` writes one of them with all
    it refers to in turn. As in Chromium, what refers to nothing clips nothing and filters nothing, but
    masks everything.
    """

    ids: Callable[[], Mapping[str, HtmlNode]]
    define: Callable[[HtmlNode], str]
    report: Report
    line: int

    def resolve(self, style: ComputedStyle) -> Values:
        """Return the fields of a style that change: those with references have their markup."""
        changes: Values = {}
        if isinstance(style.clip_path, v.SvgReference):
            found = self._found(style.clip_path, "clipPath", "clip-path")
            changes["clip_path"] = found if found.markup else None
        if any(function.reference is not None for function in style.filter):
            functions = (self._filter(function) for function in style.filter)
            changes["filter"] = tuple(function for function in functions if function is not None)
        if any(_names_element(layer) for layer in style.mask_layers):
            changes["mask_layers"] = tuple(self._mask(layer) for layer in style.mask_layers)
        if any(isinstance(layer.image, v.Url) and ".svg#" in layer.image.href for layer in style.mask_layers):
            message = "mask: url(file.svg#id) is drawn as the whole file; put the <mask> into an inline <svg>"
            self.report.add("warning", "css-unsupported-value", message, line=self.line, where="mask")
        return changes

    def _found(self, reference: v.SvgReference, tag: str, name: str) -> v.SvgReference:
        node = self.ids().get(reference.id)
        if node is None or node.name != tag:
            message = f"{name}: url(#{reference.id}) refers to no <{tag}> in an <svg> of this document"
            self.report.add("warning", "css-unsupported-value", message, line=self.line, where=name)
            return reference
        return replace(reference, markup=self.define(node))

    def _filter(self, function: v.FilterFunction) -> v.FilterFunction | None:
        if function.reference is None:
            return function
        found = self._found(function.reference, "filter", "filter")
        return replace(function, reference=found) if found.markup else None

    def _mask(self, layer: v.BackgroundLayer) -> v.BackgroundLayer:
        if not isinstance(layer.image, v.Url) or not _names_element(layer):
            return layer
        reference = v.SvgReference(layer.image.href[1:])
        return replace(layer, reference=self._found(reference, "mask", "mask"))


def _names_element(layer: v.BackgroundLayer) -> bool:
    return isinstance(layer.image, v.Url) and layer.image.href.startswith("#")
