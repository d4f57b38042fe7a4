"""Computed values that `ComputedStyle` is made of. Lengths are CSS pixels, angles degrees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, NamedTuple, TypeVar

T = TypeVar("T")
S = TypeVar("S")


class Color(NamedTuple):
    """An sRGB colour, unpremultiplied; each channel and alpha in 0..1 (channels may exceed it)."""

    r: float
    g: float
    b: float
    a: float = 1.0


BLACK = Color(0, 0, 0)
WHITE = Color(1, 1, 1)
TRANSPARENT = Color(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Length:
    """`px + pct · basis`, or `func(basis)` where min(), max() or clamp() mix percentages with pixels."""

    px: float = 0.0
    pct: float = 0.0  # fraction: 0.5 is 50%
    func: Callable[[float], float] | None = None

    def resolve(self, basis: float) -> float:
        """Return pixels for a percentage basis in pixels."""
        return self.func(basis) if self.func is not None else self.px + self.pct * basis

    @property
    def is_absolute(self) -> bool:
        """True where no percentage is involved."""
        return self.func is None and self.pct == 0.0


ZERO = Length()
NORMAL_GAP = Length()  # `normal`: nothing between tracks, 1em between columns
HALF = Length(pct=0.5)

HYPHENATE_LIMITS = (5, 2, 2)  # `auto`: letters of a word, before a hyphen, after it

Auto = Literal["auto"]
AUTO: Auto = "auto"
Intrinsic = Literal["min-content", "max-content", "fit-content", "stretch"]


Size = Length | Auto | Intrinsic
MaxSize = Length | Literal["none"] | Intrinsic


RuleBreak = Literal["none", "normal", "intersection"]
RuleVisibility = Literal["normal", "all", "around", "between"]


class GapList(NamedTuple, Generic[T]):
    """Values for the first gaps, for those between, over and over, and for the last ones."""

    first: tuple[T, ...]
    between: tuple[T, ...] = ()
    last: tuple[T, ...] = ()

    def of(self, index: int, count: int) -> T:
        """Return the value of one of so many gaps."""
        if not self.between:
            return self.first[index % len(self.first)]
        if index < len(self.first):
            return self.first[index]
        if (from_end := count - index) <= len(self.last):
            return self.last[-from_end]
        return self.between[(index - len(self.first)) % len(self.between)]

    def mapped(self, change: Callable[[T], S]) -> GapList[S]:
        """Return the list with each value changed."""
        parts = (tuple(change(value) for value in part) for part in self)
        return GapList(*parts)

    @property
    def values(self) -> tuple[T, ...]:
        """All of them."""
        return self.first + self.between + self.last


NO_RULES: GapList[str] = GapList(("none",))


class Position(NamedTuple):
    """A <position>: offsets of the positioned box inside the positioning area."""

    x: Length = ZERO
    y: Length = ZERO


# --- images -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Url:
    """A `url()` already resolved against its base."""

    href: str


class ColorStop(NamedTuple):
    """A gradient stop. `position` None is to be distributed; `hint` True is a colour hint, colour unused.

    In conic gradients the length's percentage is of one turn and its px are degrees. Of `missing` channels,
    in the gradient's space with alpha last, neighbours have their own (`none`).
    """

    color: Color
    position: Length | None = None
    hint: bool = False
    missing: tuple[int, ...] = ()


ColorSpace = Literal["srgb", "srgb-linear", "lab", "oklab", "xyz", "lch", "oklch", "hsl", "hwb", "display-p3"]


@dataclass(frozen=True, slots=True)
class LinearGradient:
    """CSS Images 4 §3.1. `angle` in degrees (0 is to top, clockwise), or a corner keyword pair."""

    stops: tuple[ColorStop, ...]
    angle: float = 180.0
    corner: tuple[Literal["left", "right"], Literal["top", "bottom"]] | None = None
    repeating: bool = False
    space: ColorSpace = "srgb"
    hue: Literal["shorter", "longer", "increasing", "decreasing"] = "shorter"


@dataclass(frozen=True, slots=True)
class RadialGradient:
    """CSS Images 4 §3.2."""

    stops: tuple[ColorStop, ...]
    shape: Literal["circle", "ellipse"] = "ellipse"
    extent: Literal["closest-side", "closest-corner", "farthest-side", "farthest-corner"] = "farthest-corner"
    radii: tuple[Length, Length] | None = None
    center: Position = Position(HALF, HALF)
    repeating: bool = False
    space: ColorSpace = "srgb"
    hue: Literal["shorter", "longer", "increasing", "decreasing"] = "shorter"


@dataclass(frozen=True, slots=True)
class ConicGradient:
    """CSS Images 4 §3.3."""

    stops: tuple[ColorStop, ...]
    angle: float = 0.0
    center: Position = Position(HALF, HALF)
    repeating: bool = False
    space: ColorSpace = "srgb"
    hue: Literal["shorter", "longer", "increasing", "decreasing"] = "shorter"


Gradient = LinearGradient | RadialGradient | ConicGradient
Image = Url | Gradient
BorderImageSide = Length | float | Auto  # a factor of the border's width
BorderImageRepeat = Literal["stretch", "repeat", "round", "space"]

BoxName = Literal["border-box", "padding-box", "content-box"]
RepeatStyle = Literal["repeat", "no-repeat", "space", "round"]
BackgroundSize = Literal["cover", "contain"] | tuple[Length | Auto, Length | Auto]
BlendMode = Literal[
    "normal", "multiply", "screen", "overlay", "darken", "lighten", "color-dodge", "color-burn", "hard-light",
    "soft-light", "difference", "exclusion", "hue", "saturation", "color", "luminosity", "plus-lighter",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SvgReference:
    """A `<clipPath>`, `<mask>` or `<filter>` of the document's inline SVGs, by its id.

    `markup` is `<defs>` with the element first and all that it refers to after it; empty where there is none.
    """

    id: str
    markup: str = ""


@dataclass(frozen=True, slots=True)
class BackgroundLayer:
    """One layer of `background-*` (or of `mask-*`), first is topmost as in CSS."""

    image: Image | None = None
    position: Position = Position()
    size: BackgroundSize = (AUTO, AUTO)
    repeat: tuple[RepeatStyle, RepeatStyle] = ("repeat", "repeat")
    origin: BoxName = "padding-box"
    clip: BoxName | Literal["text", "no-clip"] = "border-box"
    blend: BlendMode = "normal"
    is_fixed: bool = False  # `background-attachment`: lies in the viewport
    is_local: bool = False  # … lies in all that is scrolled
    mask_mode: Literal["alpha", "luminance", "match-source"] = "match-source"
    mask_composite: Literal["add", "subtract", "intersect", "exclude"] = "add"
    reference: SvgReference | None = None  # of a mask: the element that `image` names by `#id`


# --- borders, shadows, filters, shapes, transforms ----------------------------------------------

LineStyle = Literal[
    "none", "hidden", "solid", "dashed", "dotted", "double", "groove", "ridge", "inset", "outset"
]
Radius = tuple[Length, Length]  # horizontal, vertical


class Shadow(NamedTuple):
    """One `box-shadow` or `text-shadow`; px."""

    x: float
    y: float
    blur: float
    spread: float
    color: Color
    inset: bool = False


FilterName = Literal[
    "blur", "brightness", "contrast", "drop-shadow", "grayscale", "hue-rotate", "invert", "opacity",
    "saturate", "sepia", "url",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FilterFunction:
    """One filter function. `amount`: px for blur, degrees for hue-rotate, else a factor."""

    name: FilterName
    amount: float = 0.0
    shadow: Shadow | None = None
    reference: SvgReference | None = None


@dataclass(frozen=True, slots=True)
class BoxShape:
    """A reference box alone, with its round corners."""


@dataclass(frozen=True, slots=True)
class InsetShape:
    """`inset()`; `xywh()` and `rect()` compute to it. Order: top, right, bottom, left."""

    insets: tuple[Length, Length, Length, Length]
    radii: tuple[Radius, Radius, Radius, Radius] = ((ZERO, ZERO),) * 4


@dataclass(frozen=True, slots=True)
class EllipseShape:
    """`circle()` and `ellipse()`; a radius may be a keyword."""

    rx: Length | Literal["closest-side", "farthest-side"]
    ry: Length | Literal["closest-side", "farthest-side"]
    center: Position = Position(HALF, HALF)
    circle: bool = False


@dataclass(frozen=True, slots=True)
class PolygonShape:
    """`polygon()`."""

    points: tuple[tuple[Length, Length], ...]
    rule: Literal["nonzero", "evenodd"] = "nonzero"


@dataclass(frozen=True, slots=True)
class PathShape:
    """`path()`: SVG path data in px."""

    data: str
    rule: Literal["nonzero", "evenodd"] = "nonzero"


DrawnLetter = Literal["M", "L", "H", "V", "C", "Q", "S", "T", "A", "Z"]
ControlOrigin = Literal["start", "end", "origin"]


@dataclass(frozen=True, slots=True)
class DrawnStep:
    """One command of `shape()`, named as in SVG path data.

    Of its lengths the first two are where it leads to, or how far (`by`); control points follow, each told
    from one of `origins`, or the radii of an arc.
    """

    letter: DrawnLetter
    by: bool
    lengths: tuple[Length, ...] = ()
    origins: tuple[ControlOrigin, ...] = ()
    turn: float = 0.0
    large: bool = False
    sweep: bool = False


@dataclass(frozen=True, slots=True)
class DrawnShape:
    """`shape()`: where it begins, and its commands."""

    start: tuple[Length, Length]
    steps: tuple[DrawnStep, ...]
    rule: Literal["nonzero", "evenodd"] = "nonzero"


BasicShape = BoxShape | InsetShape | EllipseShape | PolygonShape | PathShape | DrawnShape


@dataclass(frozen=True, slots=True)
class PictureShape:
    """What of a picture in the content box is more opaque than a threshold, for `shape-outside`."""

    picture: Image


@dataclass(frozen=True, slots=True)
class RayShape:
    """`ray()`: a line from a place, by its angle clockwise from upwards."""

    angle: float
    size: Literal["closest-side", "closest-corner", "farthest-side", "farthest-corner", "sides"]
    contain: bool = False
    at: Position | None = None


@dataclass(frozen=True, slots=True)
class MotionPath:
    """`offset-path`: an outline or a ray, and the box of the containing block that it lies in.

    `centred` ones are circles and ellipses about `offset-position`.
    """

    shape: BasicShape | RayShape
    box: Literal["content-box", "padding-box", "border-box"] = "border-box"
    centred: bool = False


class MotionTurn(NamedTuple):
    """`offset-rotate`: whether a box turns with its path, and an angle added to that."""

    follows: bool = True
    angle: float = 0.0


# `offset` stands for the place on a motion path; its arguments come from layout (`layout/motion_place.py`).
TransformName = Literal[
    "matrix", "translate", "scale", "rotate", "skew", "matrix3d", "translate3d", "scale3d", "rotate3d",
    "perspective", "offset",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transform:
    """One transform function; only translate() takes percentages. Arguments: degrees, factors or px."""

    name: TransformName
    args: tuple[Length | float, ...]


class TransformOrigin(NamedTuple):
    """`transform-origin`; its depth is px."""

    x: Length
    y: Length
    z: float = 0.0


# --- grid ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fr:
    """A flexible length, `<flex>`."""

    value: float


TrackBreadth = Length | Fr | Literal["auto", "min-content", "max-content"]


@dataclass(frozen=True, slots=True)
class TrackSize:
    """`minmax(min, max)`; a lone breadth is both; fit-content() has `fit` set."""

    min: TrackBreadth
    max: TrackBreadth
    fit: Length | None = None


@dataclass(frozen=True, slots=True)
class TrackRepeat:
    """`repeat(count | auto-fill | auto-fit, tracks)`; `names[i]` are the line names before track i."""

    count: int | Literal["auto-fill", "auto-fit"]
    tracks: tuple[TrackSize, ...]
    names: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TrackList:
    """`grid-template-rows|columns`; `names[i]` are the line names before item i, one more than items."""

    items: tuple[TrackSize | TrackRepeat, ...] = ()
    names: tuple[tuple[str, ...], ...] = ((),)
    subgrid: bool = False  # the tracks are the parent grid's, and the names those of its lines


@dataclass(frozen=True, slots=True)
class GridLine:
    """`auto`, a line number, `span n`, or a named line/area."""

    number: int | None = None
    span: int | None = None
    name: str | None = None


# --- text ---------------------------------------------------------------------------------------


class TextDecoration(NamedTuple):
    """A decoration line as it propagates to descendants, with the decorating box's style resolved."""

    line: Literal["underline", "overline", "line-through"]
    style: Literal["solid", "double", "dotted", "dashed", "wavy"]
    color: Color
    thickness: Length | Literal["auto", "from-font"]
    offset: Length | Literal["auto"]
    skip_ink: bool
    font_size: float
    position: Literal["auto", "from-font", "under"] = "auto"


@dataclass(frozen=True, slots=True)
class TextFit:
    """`text-fit: shrink [<min> [<max>]]`: scale font sizes inside the block until its text fits."""

    mode: Literal["shrink", "grow"]
    min: float = 0.0  # px floor
    max: float | None = None  # px ceiling


@dataclass(frozen=True, slots=True)
class ContentImage:
    """A `url()` or gradient inside `content`."""

    image: Image


Content = tuple[str | ContentImage, ...]
