"""How the shipped templates look: every case of each is drawn whole, legible and in the reader's script."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sweeps import sweep

from emblazon.contract.schema import ParamValue
from emblazon_origin.bound_request import bound_request
from emblazon_origin.explain import Explanation, explain_card
from emblazon_origin.explain.lint import worst_cases
from emblazon_origin.render import Engine
from emblazon_origin.template.brand import NO_BRAND, Brand
from emblazon_origin.template.library import TemplateLibrary
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
NAMES = tuple(sorted(path.parent.name for path in (ROOT / "templates").glob("*/card.toml")))
SHAPES = ((1200, 1200), (1200, 600))
SMALLEST = 28.0  # px on a card of 1200: feeds show it at 40 %
LOST = frozenset(
    {"text-overflow", "missing-glyph", "low-contrast", "css-unknown-property", "css-invalid-value"}
)


def logo(color: str) -> str:
    shape = f"<rect width='90' height='30' fill='%23{color}'/>"
    return f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 90 30'>{shape}</svg>"


BRANDS = {
    "pale": Brand("Fjord & Co", logo("0b3d2e"), logo("e6fff5"), accent="#f4c20d", background="#fffbe8"),
    "dark": Brand("夜行社", background="#101828", ink="#e4e7ec", accent="#155eef", corners="sharp"),
    "loud": Brand("Loud", accent="#ff0055", background="#ff0055", ink="#ff66aa", heading_font="Playfair"),
}


@cache
def engine() -> Engine:
    return Engine(FontLibrary(ROOT / "fonts"))


@cache
def library(brand: Brand = NO_BRAND) -> TemplateLibrary:
    digest = engine().fonts.digest
    return (
        TemplateLibrary(ROOT / "templates", digest, brand)
        if brand
        else TemplateLibrary(ROOT / "templates", digest)
    )


Case = tuple[str, dict[str, ParamValue], str, str]  # name, parameters, language, variant


def previews(name: str) -> list[Case]:
    requests = library().get(name).preview.cases
    return [(case, dict(r.params), r.lang, r.variant) for case, r in requests.items()]


def worst(name: str, *chosen: str) -> list[Case]:
    """The worst that a template's schema lets through, all of it or the chosen cases."""
    template = library().get(name)
    cases = worst_cases(template.spec, template.preview.cases["preview"].params)
    return [(c.name, c.params, c.lang, "") for c in cases if not chosen or c.name in chosen]


def explained(
    name: str, cases: list[Case], brand: Brand = NO_BRAND, size: tuple[int, int] = (0, 0)
) -> Iterator[tuple[str, Explanation]]:
    templates = library(brand)
    for case, params, lang, variant in cases:
        request = bound_request(
            templates, name, templates.check(name, params), lang=lang, variant=variant,
            width=size[0], height=size[1], format="auto-safe",
        )  # fmt: skip
        yield case, explain_card(request, engine())


def faults(case: str, card: Explanation, codes: frozenset[str] = LOST) -> list[str]:
    """Name what is cut off, too faint, without a glyph, or too small to be read in a feed."""
    told = [d for d in card.diagnostics if d.code in codes and d.severity != "info"]
    small = {text.selector: text.size for text in card.texts if text.size < SMALLEST * card.width / 1200}
    return [f"{case}: {d.code}: {d.message} {d.where}" for d in told] + [
        f"{case}: {selector} is set in {size:.1f} px" for selector, size in small.items()
    ]


@pytest.mark.parametrize("name", sweep(NAMES, quick=2))
def test_previews_are_drawn_whole_and_every_platform_shows_all_of_them(name: str) -> None:
    codes = LOST | {"outside-safe-area", "platform-limit", "image-failed", "image-upscaled"}
    found = [fault for case, card in explained(name, previews(name)) for fault in faults(case, card, codes)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", sweep(NAMES, quick=1))
def test_the_worst_input_is_drawn_whole_and_legible(name: str) -> None:
    found = [fault for case, card in explained(name, worst(name)) for fault in faults(case, card)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("size", "name"), sweep(itertools.product(SHAPES, NAMES), quick=2), ids=str)
def test_other_shapes_lose_nothing(size: tuple[int, int], name: str) -> None:
    cases = previews(name) + worst(name, "worst-long", "worst-unbreakable", "worst-cjk", "worst-rtl")
    found = [fault for case, card in explained(name, cases, size=size) for fault in faults(case, card)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("brand", "name"), sweep(itertools.product(BRANDS, NAMES), quick=3))
def test_a_brand_of_any_colour_stays_legible(brand: str, name: str) -> None:
    cards = explained(name, previews(name)[:3], BRANDS[brand])
    found = [fault for case, card in cards for fault in faults(case, card)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", sweep(NAMES, quick=4))
def test_a_picture_that_cannot_be_had_leaves_the_card_that_never_had_one(name: str) -> None:
    cards = dict(explained(name, worst(name, "worst-lost-picture", "worst-no-picture")))
    assert cards["worst-lost-picture"].picture.tobytes() == cards["worst-no-picture"].picture.tobytes()


@pytest.mark.parametrize("name", sweep(NAMES, quick=4))
def test_scheme_turns_the_ground(name: str) -> None:
    shown = dict(library().get(name).preview.cases["preview"].params)
    brightness = []
    for scheme in ("light", "dark"):
        request = bound_request(library(), name, library().check(name, shown | {"scheme": scheme}))
        picture = explain_card(request, engine()).picture.convert("L").resize((1, 1))
        brightness.append(picture.tobytes()[0])
    assert brightness[0] > brightness[1], brightness
