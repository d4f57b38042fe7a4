"""`auto-safe`: every platform shows the first answer, and nobody sees a loss."""

from __future__ import annotations

import io
import shutil
import time
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from emblazon.contract.schema import Format
from emblazon_origin.encode import encode, optimize
from emblazon_origin.encode.palette import near_palette
from emblazon_origin.encode.png import encode_png, shrink_png
from emblazon_origin.explain import explain_card
from emblazon_origin.platforms import describe_refusals, platforms, safe_bytes
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.template.library import TemplateLibrary
from emblazon_origin.text.fonts.font_library import FontLibrary
from fidelity.score import compare

ROOT = Path(__file__).parents[3]
SIZE = (1200, 630)
PAGE = (
    '<!doctype html><body style="margin:0">'
    '<img src="photo.jpg" style="width:1200px;height:630px;object-fit:cover">'
)


@cache
def photo(width: int = 1200, height: int = 630) -> Image.Image:
    """Something that compresses as a photograph does: noise at every scale over soft light."""
    generator = np.random.default_rng(7)
    total = np.zeros((height, width, 3))
    for step, strength in ((96, 60.0), (32, 40.0), (12, 24.0), (4, 12.0), (1, 3.0)):
        rough = generator.normal(0, 1, (height // step + 2, width // step + 2, 3))
        layers = [
            Image.fromarray(rough[..., c].astype(np.float32)).resize(
                (width, height), Image.Resampling.BICUBIC
            )
            for c in range(3)
        ]
        total += strength * np.stack([np.asarray(layer) for layer in layers], axis=-1)
    return Image.fromarray(np.clip(total + 120, 0, 255).astype(np.uint8), "RGB")


def poster() -> Image.Image:
    image = Image.new("RGB", SIZE, (20, 30, 60))
    ImageDraw.Draw(image).rectangle((100, 100, 900, 300), fill=(250, 240, 230))
    return image


@cache
def engine() -> Engine:
    return Engine(FontLibrary(ROOT / "fonts"))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("function", [encode, optimize])
def test_flat_card_is_the_exact_png(function: object) -> None:
    data, content_type = (encode if function is encode else optimize)(poster(), "auto-safe")
    assert content_type == "image/png"
    assert opened(data).tobytes() == poster().tobytes()


@pytest.mark.parametrize("effort", ["quick", "small"])
def test_photo_is_a_jpeg_that_every_platform_shows(effort: str) -> None:
    data, content_type = (encode if effort == "quick" else optimize)(photo(), "auto-safe")
    assert content_type == "image/jpeg"
    assert len(data) < safe_bytes() <= 300_000
    assert compare(photo(), opened(data)).off < 0.001


def test_type_is_the_same_in_the_first_answer_and_in_the_kept_one() -> None:
    soft = photo().filter(ImageFilter.GaussianBlur(9))
    for picture in (poster(), photo(), soft, Image.blend(poster(), photo(), 0.03)):
        assert encode(picture, "auto-safe")[1] == optimize(picture, "auto-safe")[1]


def test_template_may_decide() -> None:
    assert encode(poster(), "auto-safe", safe_format="jpg")[1] == "image/jpeg"
    data, content_type = encode(photo(), "auto-safe", safe_format="png")
    assert (content_type, len(data) <= safe_bytes()) == ("image/png", True)


def test_picture_with_alpha_stays_a_png() -> None:
    clear = photo().copy()
    clear.putalpha(Image.linear_gradient("L").resize(SIZE))
    data, content_type = encode(clear, "auto-safe")
    assert content_type == "image/png"
    alpha = Image.open(io.BytesIO(data)).convert("RGBA").getchannel("A")
    assert len(alpha.getcolors() or []) > 8


def test_smaller_budget_of_the_url_holds() -> None:
    data, _ = encode(photo(), "auto-safe", max_bytes=90_000)
    assert len(data) <= 90_000


@pytest.mark.slow
@pytest.mark.parametrize("small", [False, True])
def test_byte_budget_costs_a_photo_no_more_than_two_patient_encodings(small: bool) -> None:
    def seconds(work: object, *arguments: object, **named: object) -> float:
        began = time.process_time()
        work(*arguments, **named)  # type: ignore[operator]
        return time.process_time() - began

    picture = photo()
    function = optimize if small else encode
    plain = min(seconds(optimize, picture, "png") for _ in range(2))
    budgeted = min(seconds(function, picture, "png", max_bytes=300_000) for _ in range(2))
    assert budgeted < 2 * plain


@pytest.mark.slow
@pytest.mark.parametrize("budget", [600_000, 300_000, 250_000])
def test_byte_budget_of_a_photo_is_used_up(budget: int) -> None:
    data, _ = encode(photo(), "png", max_bytes=budget)
    colors = len(Image.open(io.BytesIO(data)).getcolors(256) or [])
    assert len(data) <= budget or colors <= 16
    if 16 < colors <= 128:
        more = shrink_png(near_palette(photo(), 2 * colors))
        assert len(more) > budget * 0.97, "twice the colours would have fitted"


def test_hopeless_encodings_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[str] = []
    real = shrink_png

    def counted(image: Image.Image) -> bytes:
        modes.append(image.mode)
        return real(image)

    monkeypatch.setattr("emblazon_origin.encode.png_attempts.shrink_png", counted)
    assert len(encode_png(photo())) > 5 * 300_000
    encode(photo(), "png", max_bytes=300_000)
    assert "RGB" not in modes
    assert len(modes) <= 2


# --- what platforms say --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "size", "named", "not_named"),
    [
        ("png", 250_000, (), ("WhatsApp", "X")),
        ("png", 2_100_000, ("WhatsApp", "Mastodon", "2.1 MB"), ("LinkedIn", "Facebook")),
        ("png", 6_000_000, ("WhatsApp", "X", "LinkedIn", "Slack"), ("Facebook", "Discord")),
        ("webp", 50_000, ("WhatsApp", "WEBP"), ("Discord",)),
        ("avif", 50_000, ("X", "Facebook", "AVIF"), ()),
    ],
)
def test_file_that_a_platform_does_not_show_is_told(
    format: Format, size: int, named: tuple[str, ...], not_named: tuple[str, ...]
) -> None:
    told = describe_refusals(format, size)
    assert all(word in told for word in named)
    assert not any(word in told for word in not_named)
    assert bool(told) == bool(named)


def test_every_figure_names_its_source_and_when_it_was_read() -> None:
    names = {platform.name for platform in platforms()}
    assert names >= {
        "WhatsApp", "Slack", "Discord", "X", "LinkedIn", "Facebook", "iMessage", "Telegram", "Mastodon",
    }  # fmt: skip
    page = (ROOT / "docs" / "platforms.md").read_text()
    for platform in platforms():
        assert len(platform.source) > 20
        row = next(line for line in page.splitlines() if line.startswith(f"| {platform.name} |"))
        assert f"{platform.bytes:,}" in row
        assert platform.read.isoformat() in row
        assert platform.source in page
        assert f"| {platform.name} | `{platform.agent}` | {platform.robots or 'not asked'} |" in page
        assert platform.crawler in page


def full_bleed(folder: Path) -> str:
    photo().resize((1600, 900)).save(folder / "photo.jpg", quality=92)
    return PAGE


def test_explain_names_the_platforms_that_refuse_a_heavy_png(tmp_path: Path) -> None:
    request = RenderRequest(full_bleed(tmp_path), str(tmp_path), format="png")
    findings = [f.message for f in explain_card(request, engine()).diagnostics if f.code == "platform-limit"]
    assert len(findings) == 1
    assert "WhatsApp" in findings[0]
    safe = explain_card(RenderRequest(full_bleed(tmp_path), str(tmp_path), format="auto-safe"), engine())
    assert (safe.content_type, [f.code for f in safe.diagnostics]) == ("image/jpeg", [])


@pytest.mark.slow
@pytest.mark.parametrize("card", ["article", "bare page"])
def test_photo_of_24_megapixels_answers_first_below_every_limit(card: str, tmp_path: Path) -> None:
    huge = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", huge)
    photo().resize((6000, 4000)).save(huge / "article" / "photo.jpg", quality=88)
    if card == "article":
        library = TemplateLibrary(huge, engine().fonts.digest)
        name = str((huge / "article" / "photo.jpg").resolve())
        html = library.bind("article", {"title": "Light"}).html.replace(
            "</main>", f'</main><figure><img src="file://{name}" alt=""></figure>'
        )
        request = RenderRequest(html, str(huge / "article"), format="auto-safe")
    else:
        html = (
            '<body style="margin:0"><img src="photo.jpg" style="width:1200px;height:630px;object-fit:cover">'
        )
        request = RenderRequest(html, str(huge / "article"), format="auto-safe")
    began = time.process_time()
    rendered = engine().render(request)
    spent = time.process_time() - began
    assert (rendered.content_type, rendered.report.lost_images) == ("image/jpeg", set())
    assert len(rendered.data) < safe_bytes()
    exact = engine().draw(request)
    assert compare(exact.convert("RGB"), opened(rendered.data)).off < 0.001
    plain_decode = time.process_time()
    with Image.open(huge / "article" / "photo.jpg") as image:
        image.convert("RGB")
    assert spent < 8 * (time.process_time() - plain_decode), "a scaled decoding costs less than a whole one"
