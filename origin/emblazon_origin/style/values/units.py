"""Units, and the context of an element in which relative ones are resolved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

from . import value_types as v
from .computed import ComputedStyle
from .dom import FontFaceRule


class FontMeasures(NamedTuple):
    """What the first available font of a style measures at its size, in px."""

    x_height: float
    cap_height: float
    zero_advance: float  # of "0", for `ch`
    ideograph_advance: float  # of "水", for `ic`


class FontMetricsPort(Protocol):
    """How the style stage asks for font measures, for `ex cap ch ic lh`."""

    def measure(self, style: ComputedStyle) -> FontMeasures:
        """Return the measures of the style's first available font."""
        ...

    def line_height(self, style: ComputedStyle) -> float:
        """Return the px of `line-height: normal`."""
        ...

    def with_faces(self, rules: Sequence[FontFaceRule]) -> FontMetricsPort:
        """Return measures that know a document's `@font-face` rules as well."""
        ...


class ContainerSize(NamedTuple):
    """The content box of the nearest query container of each axis; None where there is none."""

    width: float | None
    height: float | None


@dataclass(frozen=True, slots=True)
class Viewport:
    """The canvas: CSS px, device pixels per px, and the preferred colour scheme."""

    width: float
    height: float
    dpr: float = 1.0
    color_scheme: Literal["light", "dark"] = "light"

    def context(self) -> Context:
        """Return what the relative units of a query resolve against."""
        return Context(self)


# Of a line in px; `normal` by the style that has it: its fonts are measured only where somebody asks.
LineHeight: TypeAlias = float | ComputedStyle


@dataclass(slots=True)
class Context:
    """What relative units and keywords of one element resolve against; px."""

    viewport: Viewport
    font_size: float = 16.0
    root_font_size: float = 16.0
    line_height: LineHeight = 19.2
    root_line_height: LineHeight = 19.2
    color: v.Color = v.BLACK
    scheme: Literal["light", "dark"] = "light"
    base: str = ""  # directory or URL that url() resolves against
    style: ComputedStyle | None = None  # whose fonts the font-relative units measure
    metrics: FontMetricsPort | None = None
    measured: FontMeasures | None = None
    container: ContainerSize | None = None

    def lines(self, height: LineHeight) -> float:
        """Return a line height in px."""
        if isinstance(height, int | float):
            return height
        return self.font_size * 1.2 if self.metrics is None else self.metrics.line_height(height)

    def container_width(self) -> float:
        """Return a hundredth of the nearest container's width, or of the small viewport's (§5.6)."""
        width = self.container.width if self.container is not None else None
        return (self.viewport.width if width is None else width) / 100

    def container_height(self) -> float:
        """Return a hundredth of the nearest container's height, or of the small viewport's."""
        height = self.container.height if self.container is not None else None
        return (self.viewport.height if height is None else height) / 100

    def measures(self) -> FontMeasures:
        """Return the font's measures, from the port or by CSS's fallbacks (half an em, one em)."""
        if self.measured is None:
            if self.metrics is not None and self.style is not None:
                self.measured = self.metrics.measure(self.style)
            else:
                size = self.font_size
                self.measured = FontMeasures(size * 0.5, size * 0.7, size * 0.5, size)
        return self.measured


ABSOLUTE: dict[str, float] = {
    "px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6, "pt": 96 / 72, "pc": 16.0,
}  # fmt: skip
ANGLES: dict[str, float] = {"deg": 1.0, "grad": 0.9, "rad": 57.29577951308232, "turn": 360.0}
TIMES: dict[str, float] = {"s": 1.0, "ms": 0.001}
FREQUENCIES: dict[str, float] = {"hz": 1.0, "khz": 1000.0}
RESOLUTIONS: dict[str, float] = {"dppx": 1.0, "x": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96}

_Unit = Callable[[Context], float]
RELATIVE: dict[str, _Unit] = {
    "em": lambda c: c.font_size,
    "rem": lambda c: c.root_font_size,
    "ex": lambda c: c.measures().x_height,
    "cap": lambda c: c.measures().cap_height,
    "ch": lambda c: c.measures().zero_advance,
    "ic": lambda c: c.measures().ideograph_advance,
    "lh": lambda c: c.lines(c.line_height),
    "rlh": lambda c: c.lines(c.root_line_height),
    # No root-relative measures of their own: the root's font is rarely another one.
    "rex": lambda c: c.root_font_size * 0.5,
    "rch": lambda c: c.root_font_size * 0.5,
    "rcap": lambda c: c.root_font_size * 0.7,
    "ric": lambda c: c.root_font_size,
}
_VIEWPORT: dict[str, _Unit] = {
    "vw": lambda c: c.viewport.width / 100,
    "vh": lambda c: c.viewport.height / 100,
    "vmin": lambda c: min(c.viewport.width, c.viewport.height) / 100,
    "vmax": lambda c: max(c.viewport.width, c.viewport.height) / 100,
    "vi": lambda c: c.viewport.width / 100,
    "vb": lambda c: c.viewport.height / 100,
}
for _name, _unit in _VIEWPORT.items():
    for _prefix in ("", "s", "l", "d"):  # a card has no browser chrome: all viewports are one
        RELATIVE[_prefix + _name] = _unit
RELATIVE |= {  # of the nearest container (CSS Conditional 5 §5.6)
    "cqw": Context.container_width,
    "cqh": Context.container_height,
    "cqi": Context.container_width,
    "cqb": Context.container_height,
    "cqmin": lambda c: min(c.container_width(), c.container_height()),
    "cqmax": lambda c: max(c.container_width(), c.container_height()),
}
