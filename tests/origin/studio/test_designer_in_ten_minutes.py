"""A designer's ten minutes: own template, font, colours and logo, from `emblazon init` to a signed URL."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fontTools.ttLib import TTFont
from playwright.async_api import async_playwright, expect
from ports import free_port
from saving import save
from waiting import first_line

from emblazon.contract.signing import Keyring

pytestmark = pytest.mark.e2e
VENDOR = Path(__file__).parents[3] / "fonts" / "vendor"
EMBLAZON = str(Path(sys.executable).with_name("emblazon"))
LOGO = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><rect width='9' height='9' fill='#f0f'/></svg>"
)
SECTION = '\n[params.section]\nmax_length = 40\ndescription = "Above the title."\n'
SLOW = 60_000


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("EMBLAZON_")}


def run(folder: Path, *words: str) -> None:
    subprocess.run([EMBLAZON, *words], cwd=folder, env=environment(), check=True, capture_output=True)


def own_font(path: Path) -> None:
    """Write a font of another name than any that Emblazon brings."""
    font = TTFont(next(VENDOR.glob("*layfair*")))
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16, 25):
            record.string = "Meridian Display" if record.nameID in (1, 4, 16) else "MeridianDisplay"
    font.save(path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A project as steps 1 of the tutorial leaves it."""
    (tmp_path / "logo.svg").write_text(LOGO)
    words = ("init", "site", "--name", "Meridian", "--accent", "#0f5c4d", "--logo", "logo.svg")
    run(tmp_path, *words)
    run(tmp_path / "site", "new", "notice")
    return tmp_path / "site"


@pytest.fixture
def studio(site: Path) -> Iterator[str]:
    """The address of `emblazon serve --dev` in the project."""
    port = free_port()
    process = subprocess.Popen(
        [EMBLAZON, "serve", "--dev", "--port", str(port)],
        cwd=site, env=environment() | {"EMBLAZON_WORKERS": "1"}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert "is ready" in first_line(process)
        yield f"http://127.0.0.1:{port}/studio/"
    finally:
        process.terminate()
        process.wait(60)


async def test_an_own_template_font_and_field_up_to_a_signed_address(site: Path, studio: str) -> None:
    began = time.monotonic()
    template = site / "templates" / "notice"
    async with async_playwright() as play:
        executable = shutil.which("chromium-headless-shell")
        browser = await play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        page = await browser.new_page()
        page.set_default_timeout(SLOW)
        await page.goto(studio)
        await page.get_by_role("link", name="notice").click()
        await expect(page.locator(".facts")).to_contain_text("drawn in", timeout=SLOW)
        assert await page.locator("#p-accent").get_attribute("placeholder") == "#0f5c4d", "the brand's"

        (site / "fonts").mkdir(exist_ok=True)
        own_font(site / "fonts" / "meridian.ttf")
        card = template / "card.html"
        save(card, card.read_text("utf-8").replace('"Inter"', '"Meridian Display"'))
        await expect(page.locator(".faces")).to_contain_text("Meridian Display", timeout=SLOW)

        schema = template / "card.toml"
        save(schema, schema.read_text("utf-8").replace("\n[fallback]", f"{SECTION}\n[fallback]"))
        await expect(page.locator("#p-section")).to_be_visible(timeout=SLOW)
        text = card.read_text("utf-8").replace(
            "<h1 ", "{% if section %}<p>{{ section }}</p>{% endif %}<h1 ", 1
        )
        save(card, text)
        await page.locator("#p-section").fill("Cartography")
        await page.locator("#overlay-boxes").click()
        await expect(page.locator(".layer title", has_text=re.compile(r"\bp \("))).to_have_count(
            1, timeout=SLOW
        )

        await page.locator("#tab-copy").click()
        signed = page.locator(".snippet", has_text="Signed URL").locator("code")
        await expect(signed).to_contain_text("section=Cartography", timeout=SLOW)
        address = urlsplit(await signed.inner_text())
        await browser.close()
    keys = dict(line.split("=", 1) for line in (site / ".env").read_text().splitlines() if "=" in line)
    Keyring.parse(keys["EMBLAZON_SIGNING_KEYS"].strip("\"'")).verify(address.path, address.query, now=0)
    assert time.monotonic() - began < 600, "ten minutes"
