"""Template schemas as the origin publishes them and as the edge and the SDK check them.

Pure data: parsing and validation of requests against these lives in `request.py`, reading and
writing `/manifest.json` in `manifest.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..dataclass import dataclass, field
from ..typed import Literal, cast

ParamType = Literal[
    "string", "text", "number", "integer", "boolean", "color", "url", "choice", "date", "list"
]
ParamValue = str | int | float | bool | tuple[str, ...]

Format = Literal["png", "jpg", "webp", "avif"]
FORMATS: tuple[Format, ...] = ("png", "jpg", "webp", "avif")
# What a card can be asked for; `auto-safe` is whichever of PNG and JPEG every platform shows of the picture.
CardFormat = Literal["png", "jpg", "webp", "avif", "auto-safe"]
CARD_FORMATS: tuple[CardFormat, ...] = (*FORMATS, "auto-safe")
SAFE_FORMATS: tuple[Format, ...] = ("png", "jpg")
JPG_IF = " if "  # "jpg if image"
CONTENT_TYPES: dict[Format, str] = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "avif": "image/avif",
}


def safe_format_fault(text: str, params: Iterable[str]) -> str:
    """Return what is wrong with a template's `safe_format`, empty where nothing is."""
    format, _, name = text.partition(JPG_IF)
    if text in ("", *SAFE_FORMATS) or (format == "jpg" and name in set(params)):
        return ""
    return f'{text[:80]!r} is neither "png" nor "jpg" nor "jpg if NAME" with one of the parameters'


EXTENSION_OF: dict[str, Format] = {content_type: name for name, content_type in CONTENT_TYPES.items()}


def formats_of(asked: CardFormat) -> tuple[Format, ...]:
    """Return what may come where a card was asked for in a format."""
    return SAFE_FORMATS if asked == "auto-safe" else (asked,)


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One parameter of a template, from `[params.<name>]` in `card.toml`."""

    name: str
    type: ParamType = "string"
    required: bool = False
    default: ParamValue | None = None
    max_length: int = 300  # Unicode code points, after NFC
    min: float | None = None
    max: float | None = None
    choices: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class CacheLife:
    """Seconds: how long a card is fresh, then served stale while refreshed, then usable on error."""

    max_age: int = 300
    stale_while_revalidate: int = 86_400
    stale_if_error: int = 604_800


@dataclass(frozen=True, slots=True)
class Warm:
    """What is drawn beside a card that is drawn ahead, from `[warm]` in `card.toml`."""

    sizes: tuple[tuple[int, int], ...] = ()  # CSS pixels
    formats: tuple[Format, ...] = ()


BASE_LOOK = "base"  # the template's own look, among the weights of an experiment


@dataclass(frozen=True, slots=True)
class Experiment:
    """How `_v=auto` chooses, from `[experiment]` in `card.toml`."""

    name: str = ""  # a new one deals the pages anew
    weights: dict[str, int] = field(default_factory=dict)  # by variant and BASE_LOOK; none: all alike


@dataclass(frozen=True, slots=True)
class TemplateSpec:
    """What the edge and the SDK must know of a template; one entry of `/manifest.json`."""

    name: str
    version: str  # hash of the template's files and the fonts that it names
    params: dict[str, ParamSpec]
    width: int = 1200
    height: int = 630
    cache: CacheLife = CacheLife()
    tags: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()  # A/B variants selectable by `_v`
    experiment: Experiment = Experiment()
    warm: Warm = Warm()
    alt: str = ""  # sentence with {param} placeholders, for og:image:alt
    description: str = ""
    default_format: Format = "png"  # what `.auto` gives to a crawler that states no preference
    safe_format: str = ""  # what `.auto-safe` is: "png", "jpg", or "jpg if image", a parameter; "": measured
    fallback: dict[str, ParamValue] = field(default_factory=dict)  # params of the look drawn on failure


def safe_format(template: TemplateSpec, params: Mapping[str, object]) -> Format | None:
    """Return what `.auto-safe` is for a card with these parameters, None where each picture decides."""
    format, _, name = template.safe_format.partition(JPG_IF)
    if not name:
        return cast(Format, format) if format else None
    value = params.get(name)
    return "jpg" if value and value != template.params[name].default else "png"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The origin's `/manifest.json`."""

    renderer: str  # renderer version; part of every cache key
    templates: dict[str, TemplateSpec] = field(default_factory=dict)
