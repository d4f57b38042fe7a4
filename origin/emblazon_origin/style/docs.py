"""`docs/css.md` from the registry: `python -m emblazon_origin.style.docs` writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from .. import limits
from . import properties as _properties
from .color import css_color as colors
from .document.html import UNSUPPORTED_ELEMENTS
from .properties import shapes  # fmt: skip
from .selectors import pseudo_classes
from .syntax import conditions, stylesheet
from .syntax.registry import ALIASES, PROPERTIES, Logical, Other, Shorthand
from .values import counter_styles, image_values, terms, units
from .values.budget import OWN_STYLES

PAGE = Path(__file__).parents[3] / "docs" / "css.md"
_STATUS = {"yes": "supported", "partly": "partly", "no": "no", "inert": "accepted, no effect"}

_INTRODUCTION = """# CSS that Emblazon draws

Generated from the renderer's own registry by `python -m emblazon_origin.style.docs`; a test keeps it current.
What is not supported is named in the explain report with file, line, column, property and reason.
Values follow Chromium's grammar; a prefixed alias is the same property.
"""

_LIMITS = (
    (f"{limits.MAX_HTML_BYTES:,} bytes of HTML, {limits.MAX_ELEMENTS:,} elements", "the card is refused"),
    (f"{limits.MAX_TEXT_CHARACTERS:,} characters of text", "the card is refused"),
    (f"{limits.MAX_CANVAS_PIXELS:,} device pixels, {limits.MAX_CANVAS_SIDE:,} a side", "the card is refused"),
    (
        f"{OWN_STYLES:,} elements with a style that no other has",
        "later ones have the user agent's rules alone",
    ),
    (
        f"{limits.MAX_NESTED_LAYERS} groups (opacity, filters, masks, clip paths, blends) inside each other, "
        f"or {limits.MAX_OPEN_PIXELS:,} of their device pixels; groups that only fade another one are free",
        "the inner groups are drawn without effects",
    ),
    (
        f"{limits.MAX_MASK_PIXELS:,} device pixels of round or turned `overflow` clips",
        "the later clips are rectangles",
    ),
    (
        f"work of {limits.CARD_WORK / 1e9:g}, and {limits.CARD_WORK_PER_PIXEL / 1e3:g} for every megapixel "
        "of the canvas: about seconds of a slow core, counted by prices per rule, box, letter and pixel "
        "(`limits.py`), not by a clock; 1200×630 pixels hold some 27 plain groups or 6 small blurs of "
        "its whole area",
        f"styling ends with the user agent's rules, layout at {limits.LAYOUT_WORK / 1e9:g} without its later "
        "boxes; of painting the later groups are drawn without effects; near the end boxes are left out, "
        "then text",
    ),
)

_SELECTORS = (
    ("`*`, `type`, `.class`, `#id`", "supported", ""),
    ("`[a]`, `[a=v]`, `~=`, `|=`, `^=`, `$=`, `*=`, flags `i` and `s`", "supported", ""),
    ("descendant, `>`, `+`, `~`", "supported", ""),
    ("`&`, nested rules, relative selectors", "supported", ""),
    ("`:is()`, `:where()`, `:-webkit-any()`", "supported", "forgiving"),
    ("`:not()`, `:has()`", "supported", "as in Chromium, no `&` in :has() that stands for another :has()"),
    (
        "`:nth-child(An+B of S)`, `:nth-last-child()`, `:nth-of-type()`, `:nth-last-of-type()`",
        "supported",
        "",
    ),
    ("`:lang()`, `:dir()`", "supported", "as in Chromium, :lang() takes one language without quotes"),
    ("`::before`, `::after`, `::marker`", "supported", ""),
    ("`::first-letter`", "supported", "floated ones too"),
    ("`::first-line`", "supported", "with the properties that Chromium takes there"),
)
_TRANSFORMS = [
    "matrix",
    "translate",
    "translateX",
    "translateY",
    "scale",
    "scaleX",
    "scaleY",
    "rotate",
    "rotateZ",
    "skew",
    "skewX",
    "skewY",
]
_SOLID = ["matrix3d", "rotate3d", "translate3d", "scale3d", "translateZ", "scaleZ", "rotateX", "rotateY"]
_OTHER_FUNCTIONS = (
    ("`var()`, `env()`", "supported", "in every property; growth is bounded"),
    ("`attr()`, `if()`, `sibling-index()`, `sibling-count()`", "supported", "in every property of HTML"),
    ("functions by `@function`", "supported", "no `@container` inside"),
    ("`counter()`, `counters()`", "supported", "in `content`"),
    ("`url()`, `image-set()`", "supported", ""),
    ("`cross-fade()`, `element()`, `paint()`", "no", ""),
    ("`minmax()`, `repeat()`, `fit-content()`", "supported", ""),
)
_UNITS = (
    ("font-relative", tuple(name for name in units.RELATIVE if not name.endswith(("vw", "vh", "vi", "vb"))
                            and "min" not in name and "max" not in name and not name.startswith("cq"))),
    ("viewport (a card has one: small, large and dynamic are the same)",
     tuple(name for name in units.RELATIVE if name.startswith(("v", "s", "l", "d")) and name not in ("lh",))),
    ("container",
     tuple(name for name in units.RELATIVE if name.startswith("cq"))),
    ("absolute", tuple(units.ABSOLUTE)),
    ("angle", tuple(units.ANGLES)),
    ("resolution", tuple(units.RESOLUTIONS)),
    ("time", tuple(units.TIMES)),
    ("flexible", ("fr",)),
)  # fmt: skip


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _property_rows() -> Iterable[tuple[str, str, str]]:
    aliases: dict[str, list[str]] = {}
    for name, of in ALIASES.items():
        aliases.setdefault(of, []).append(name)
    for name in sorted(PROPERTIES, key=lambda n: (n.startswith("-"), n)):
        row = PROPERTIES[name]
        if isinstance(row, Other):
            continue
        kind = (
            "shorthand" if isinstance(row, Shorthand) else "flow-relative" if isinstance(row, Logical) else ""
        )
        also = f"also {_code(aliases[name])}" if name in aliases else ""
        note = "; ".join(part for part in (row.note, kind, also) if part)
        yield f"`{name}`", _STATUS[row.status], note
    yield "`--*`", "supported", "custom properties, registered ones too"
    yield "`all`", "supported", "shorthand"


def _other_rows(status: str) -> Iterable[tuple[str, str]]:
    reasons: dict[str, list[str]] = {}
    for name, row in sorted(PROPERTIES.items()):
        if isinstance(row, Other) and row.status == status:
            reasons.setdefault(row.note, []).append(name)
    return ((_code(names), reason) for reason, names in sorted(reasons.items()))


def _at_rule_rows() -> Iterable[tuple[str, str, str]]:
    for name in sorted(stylesheet.AT_RULES):
        yield f"`@{name}`", "supported", _AT_RULE_NOTES.get(name, "")
    for name, note in sorted(stylesheet.INERT.items()):
        yield f"`@{name}`", _STATUS["inert"], note
    for name, note in sorted(stylesheet.UNSUPPORTED.items()):
        yield f"`@{name}`", "no", note


_AT_RULE_NOTES = {
    "import": "local files",
    "namespace": "accepted; HTML elements are in one namespace",
    "font-face": "url() and local() sources, format(), unicode-range, weight and stretch ranges, "
    "size-adjust, metric overrides; files up to 32 MB",
    "property": "inherits, initial-value, syntax of one component",
    "container": "sizes, names, style() of custom properties; laid out once more for each level of nesting",
    "layer": "with reversal for !important, and revert-layer",
}


def _selector_rows() -> Iterable[tuple[str, str, str]]:
    yield from _SELECTORS
    states = sorted(n for n, test in pseudo_classes.SIMPLE.items() if test is pseudo_classes.never)
    real = sorted(n for n, test in pseudo_classes.SIMPLE.items() if test is not pseudo_classes.never)
    yield _code(f":{n}" for n in real), "supported", ""
    yield _code(f":{n}" for n in states), "never match", "states that a still picture is not in"
    yield _code(f"::{n}" for n in sorted(pseudo_classes.OTHER_PSEUDO_ELEMENTS)), "no", "reported"


def _function_rows() -> Iterable[tuple[str, str, str]]:
    yield (
        "`calc()`, " + _code(f"{n}()" for n in terms.FUNCTIONS),
        "supported",
        "typed; percentages mix",
    )
    yield _code(f"{n}()" for n in colors.FUNCTIONS), "supported", "relative colours too; clipped to sRGB"
    yield (
        _code(f"{n}()" for n in image_values.GRADIENTS if not n.startswith("-")),
        "supported",
        "hints, two positions, `in <space>`; `-webkit-` linear (no corners) and radial ones",
    )
    yield _code(f"{n}()" for n in shapes.SHAPES), "supported", "clip-path"
    yield _code(f"{n}()" for n in _TRANSFORMS), "supported", ""
    yield _code(f"{n}()" for n in _SOLID), "supported", "3D, sorted by depth inside of preserve-3d"
    yield (
        _code(f"{n}()" for n in (*shapes.FACTORS, "blur", "drop-shadow", "hue-rotate")),
        "supported",
        "filters",
    )
    yield from _OTHER_FUNCTIONS


def page() -> str:
    """Return the text of `docs/css.md`."""
    features = sorted({*conditions.RANGES, *conditions.DISCRETE})
    native = {"button": "without a border or background of its own: no native look"}
    elements = sorted((UNSUPPORTED_ELEMENTS | native).items())
    parts = [
        _INTRODUCTION,
        "## Properties\n",
        _table(("property", "status", "note"), _property_rows()),
        "## Not supported\n\nEach use is a warning.\n",
        _table(("properties", "reason"), _other_rows("no")),
        "## In inline SVG\n\nRules for shapes are written into the markup.\n",
        _table(("properties", "note"), _other_rows("svg")),
        "## Accepted without effect\n",
        _table(("properties", "reason"), _other_rows("inert")),
        "## At-rules\n",
        _table(("rule", "status", "note"), _at_rule_rows()),
        "Media features: " + _code(features) + ", with `min-`, `max-` and range syntax.\n",
        "## Selectors\n",
        _table(("selector", "status", "note"), _selector_rows()),
        "## Functions\n",
        _table(("function", "status", "note"), _function_rows()),
        "## Units\n",
        _table(("kind", "units"), ((kind, _code(names)) for kind, names in _UNITS)),
        "## Counter styles\n",
        _code(sorted(counter_styles.NAMES)) + ", and strings.\n",
        "## HTML elements that are not drawn as a browser would\n",
        _table(("element", "why"), ((f"`<{name}>`", why) for name, why in elements)),
        "## Limits\n\nEvery card is drawn in bounded time and memory; the finding is a `limit`.\n",
        _table(("limit", "beyond it"), _LIMITS),
    ]
    return "\n".join(parts)


def main() -> None:
    """Write the page; with `--check`, only tell whether it is current."""
    text = page()
    if "--check" in sys.argv[1:]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        sys.exit(0 if current else "docs/css.md is not current: run python -m emblazon_origin.style.docs")
    PAGE.write_text(text, encoding="utf-8")


assert _properties  # noqa: S101 - importing it fills the registry

if __name__ == "__main__":
    main()
