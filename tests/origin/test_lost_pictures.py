"""A picture that cannot be had leaves no hole: the card is drawn as if it had not been asked for."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from emblazon.contract.schema import CONTENT_TYPES, ParamValue, safe_format
from emblazon_origin.assets.resources import Fetched
from emblazon_origin.bound_request import bound_request
from emblazon_origin.errors import AssetError
from emblazon_origin.explain import explain_card
from emblazon_origin.render import Engine, Rendered, RenderRequest
from emblazon_origin.template.library import TemplateLibrary
from emblazon_origin.text.fonts.font_library import FontLibrary
from fidelity.chromium import browser
from fidelity.score import compare

ROOT = Path(__file__).parents[2]
TITLE = "The quiet return of the hand-drawn map"
GONE = "https://images.example/gone.jpg"
GOOD = "https://images.example/good.png"


class Images:
    """A network on which one picture is there and all others are not; counts what is asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fetch(self, url: str) -> Fetched:
        self.asked.append(url)
        if url != GOOD:
            raise AssetError("status 404", public="status 404")
        return Fetched((ROOT / "docs/pictures/docs-preview.png").read_bytes(), "image/png")


@cache
def fonts() -> FontLibrary:
    return FontLibrary(ROOT / "fonts")


@cache
def library() -> TemplateLibrary:
    return TemplateLibrary(ROOT / "templates", fonts().digest)


def card(template: str, images: Images | None = None, /, **params: ParamValue) -> Rendered:
    values = library().check(template, params)
    return Engine(fonts(), images or Images()).render(bound_request(library(), template, values))


@pytest.mark.parametrize("name", ["image", "avatar"])
def test_article_without_its_picture_is_the_article_that_has_none(name: str) -> None:
    images = Images()
    told = card("article", images, title=TITLE, author="Ines Okafor", **{name: GONE})
    plain = card("article", title=TITLE, author="Ines Okafor")
    assert told.data == plain.data
    assert told.report.degraded, "the picture may be back soon"
    assert [finding.code for finding in told.report.diagnostics] == ["image-failed"]
    assert images.asked == [GONE], "what failed is not asked for again"


@pytest.mark.parametrize(
    ("image", "content_type"), [(GOOD, "image/jpeg"), (GONE, "image/jpeg"), ("", "image/png")]
)
def test_card_has_the_type_that_its_page_stated(image: str, content_type: str) -> None:
    """The page cannot know whether a picture will be there."""
    values = library().check("article", {"title": TITLE} | ({"image": image} if image else {}))
    spec = library().get("article").spec
    request = bound_request(library(), "article", values, format="auto-safe")
    assert Engine(fonts(), Images()).render(request).content_type == content_type
    assert CONTENT_TYPES[safe_format(spec, values) or "webp"] == content_type


def test_picture_that_is_there_stays_where_another_fails() -> None:
    both = card("article", title=TITLE, author="Ines Okafor", image=GOOD, avatar=GONE)
    one = card("article", title=TITLE, author="Ines Okafor", image=GOOD)
    assert both.data == one.data


@pytest.mark.parametrize("template", ["article", "product", "docs"])
def test_no_shipped_template_has_a_hole_for_a_picture(template: str) -> None:
    spec = library().get(template).spec
    shown = dict(library().get(template).preview.cases["preview"].params)
    pictures = [name for name, param in spec.params.items() if param.type == "url"]
    shown = {name: value for name, value in shown.items() if name not in pictures}
    for name in pictures:
        assert card(template, **shown, **{name: GONE}).data == card(template, **shown).data, name


def own_template(folder: Path, html: str, params: str) -> TemplateLibrary:
    (folder / "own").mkdir()
    (folder / "own" / "card.html").write_text(html)
    (folder / "own" / "card.toml").write_text(params)
    return TemplateLibrary(folder, fonts().digest)


def test_template_can_ask_what_failed(tmp_path: Path) -> None:
    own = own_template(
        tmp_path,
        "<body>{{ 'lost' if 'photo' in card.failed else 'fine' }} {{ people|join(' ') }}"
        "{% if photo %}<img src='{{ photo }}'>{% endif %}"
        "{% for person in people %}<img src='{{ person }}'>{% endfor %}",
        "[params.photo]\ntype = 'url'\nmax_length = 200\n[params.people]\ntype = 'list'\nmax_length = 900\n",
    )
    values: dict[str, ParamValue] = {"photo": GONE, "people": (GOOD, GONE)}
    explained = explain_card(bound_request(own, "own", values), Engine(fonts(), Images()))
    assert " ".join(text.text for text in explained.texts).split() == ["lost", *GOOD.split("-")]


def test_required_picture_takes_the_fallback_of_the_template(tmp_path: Path) -> None:
    own = own_template(
        tmp_path,
        "<body>{{ photo }}<img src='{{ photo }}'>",
        f"[params.photo]\ntype = 'url'\nrequired = true\nmax_length = 200\n[fallback]\nphoto = '{GOOD}'\n",
    )
    explained = explain_card(bound_request(own, "own", {"photo": GONE}), Engine(fonts(), Images()))
    assert "good.png" in "".join(text.text for text in explained.texts)


PAGE = """<!doctype html><meta charset=utf-8><style>
body {{ margin: 0; font: 24px/30px Inter; display: flex; gap: 20px; width: 400px; height: 120px }}
figure {{ margin: 0; padding: 10px; background: #07c }} img {{ width: 80px; height: 80px; background: #fa0 }}
p {{ margin: 0; flex: 1; background: #ddd }} img + p {{ background: #bbb }}
</style><body>{picture}<p>Text beside</p>"""

HANDLERS = {  # what an author writes, and the page that it amounts to
    "remove": ('<img src="gone.png" onerror="this.remove()">', ""),
    "remove;": ('<img src="gone.png" onerror="this.onerror=null; this.remove();">', ""),
    "parent": ('<figure><img src="gone.png" onerror="this.parentElement.remove()"></figure>', ""),
    "hide": ('<img src="gone.png" onerror="this.style.display = \'none\'">', '<img src="gone.png" hidden>'),
    "hidden": ('<img src="gone.png" onerror="this.hidden=true">', '<img src="gone.png" hidden>'),
    "other": ('<img src="gone.png" onerror="this.src=\'red.png\'">', '<img src="red.png">'),
    "other, once": (
        "<img src='gone.png' onerror=\"this.onerror=null;this.src='red.png'\">",
        '<img src="red.png">',
    ),
    "fine": ('<img src="red.png" onerror="this.remove()">', '<img src="red.png">'),
}


def picture_of(html: str, folder: Path) -> Image.Image:
    request = RenderRequest(html, str(folder), width=400, height=120)
    return Engine(fonts()).draw(request).convert("RGB")


@pytest.mark.parametrize("case", HANDLERS)
def test_onerror_does_what_its_author_means(case: str, tmp_path: Path) -> None:
    Image.new("RGB", (40, 40), (200, 0, 0)).save(tmp_path / "red.png")
    written, meant = HANDLERS[case]
    drawn = picture_of(PAGE.format(picture=written), tmp_path)
    assert drawn.tobytes() == picture_of(PAGE.format(picture=meant), tmp_path).tobytes()


def test_other_script_is_a_finding_and_the_page_is_drawn(tmp_path: Path) -> None:
    html = PAGE.format(picture='<img src="gone.png" onerror="fetch(this.src)">')
    rendered = Engine(fonts()).render(RenderRequest(html, str(tmp_path), width=400, height=120))
    assert [finding.code for finding in rendered.report.diagnostics] == [
        "html-unsupported-element", "image-failed",
    ]  # fmt: skip


@pytest.mark.e2e
def test_onerror_comes_out_as_chromium_runs_it(tmp_path: Path) -> None:
    Image.new("RGB", (40, 40), (200, 0, 0)).save(tmp_path / "red.png")
    pages = {name: PAGE.format(picture=written) for name, (written, _) in HANDLERS.items()}

    async def shots() -> dict[str, Image.Image]:
        taken: dict[str, Image.Image] = {}
        async with browser() as page:
            for number, (name, html) in enumerate(pages.items()):
                file = tmp_path / f"{number}.html"
                file.write_text(html)
                taken[name] = await page.screenshot(file.as_uri(), 400, 120)
        return taken

    for name, expected in asyncio.run(shots()).items():
        score = compare(picture_of(pages[name], tmp_path), expected.convert("RGB"))
        assert score.ssim > 0.99, name
