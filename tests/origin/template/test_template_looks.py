"""How the shipped templates look: every case of each is drawn whole, legible and in the reader's script."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from emblazon_origin.bound_request import bound_request
from emblazon_origin.explain import Explanation, explain_card
from emblazon_origin.explain.worst_cases import worst_cases
from emblazon_origin.render import Engine
from emblazon_origin.template.brand import NO_BRAND, Brand
from emblazon_origin.template.library import TemplateLibrary
from emblazon_origin.text.fonts.font_library import FontLibrary

ROOT = Path(__file__).parents[3]
NAMES = ("article",)
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


def library(brand: Brand = NO_BRAND) -> TemplateLibrary:
    digest = engine().fonts.digest
    return (
        TemplateLibrary(ROOT / "templates", digest, brand)
        if brand
        else TemplateLibrary(ROOT / "templates", digest)
    )


def explained(
    library: TemplateLibrary, name: str, size: tuple[int, int] = (0, 0), lint: bool = True
) -> Iterator[tuple[str, Explanation]]:
    """Draw the previews of a template, and with `lint` the worst that its schema lets through."""
    template = library.get(name)
    cases = [(case, dict(r.params), r.lang, r.variant) for case, r in template.preview.cases.items()]
    if lint:
        shown = dict(template.preview.cases["preview"].params)
        cases += [(case.name, case.params, case.lang, "") for case in worst_cases(template.spec, shown)]
    for case, params, lang, variant in cases:
        values = library.check(name, params)
        where = {"lang": lang, "variant": variant, "width": size[0], "height": size[1], "format": "auto-safe"}
        yield case, explain_card(bound_request(library, name, values, **where), engine())  # type: ignore[arg-type]


def faults(case: str, card: Explanation) -> list[str]:
    """Name what is cut off, too faint, without a glyph, or too small to be read in a feed."""
    found = [
        f"{case}: {d.code}: {d.message} {d.where}"
        for d in card.diagnostics
        if d.code in LOST and d.severity != "info"
    ]
    small = {text.selector: text.size for text in card.texts if text.size < SMALLEST * card.width / 1200}
    return found + [f"{case}: {selector} is set in {size:.1f} px" for selector, size in small.items()]


@pytest.mark.parametrize("name", NAMES)
def test_every_case_is_drawn_whole_and_legible(name: str) -> None:
    found = [fault for case, card in explained(library(), name) for fault in faults(case, card)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", NAMES)
def test_platforms_show_all_of_a_card(name: str) -> None:
    for case, card in explained(library(), name, lint=False):
        told = [d.message for d in card.diagnostics if d.code in ("outside-safe-area", "platform-limit")]
        assert not told, (case, told)


@pytest.mark.parametrize("size", [(1200, 1200), (1200, 600)], ids=["square", "2:1"])
@pytest.mark.parametrize("name", NAMES)
def test_other_shapes_lose_nothing(name: str, size: tuple[int, int]) -> None:
    found = [fault for case, card in explained(library(), name, size) for fault in faults(case, card)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_brand_of_any_colour_stays_legible(name: str, brand: str) -> None:
    branded = library(BRANDS[brand])
    found = [fault for case, card in explained(branded, name, lint=False) for fault in faults(case, card)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_that_cannot_be_had_leaves_the_card_that_never_had_one(name: str) -> None:
    cards = dict(explained(library(), name))
    if "worst-lost-picture" in cards:
        lost, none = cards["worst-lost-picture"], cards["worst-no-picture"]
        assert lost.picture.tobytes() == none.picture.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_scheme_turns_the_ground(name: str) -> None:
    shown = dict(library().get(name).preview.cases["preview"].params)
    brightness = []
    for scheme in ("light", "dark"):
        request = bound_request(library(), name, library().check(name, shown | {"scheme": scheme}))
        picture = explain_card(request, engine()).picture.convert("L").resize((1, 1))
        brightness.append(picture.tobytes()[0])
    assert brightness[0] > brightness[1], brightness
