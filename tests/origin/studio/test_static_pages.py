"""The studio as static pages: every example drawn ahead, and nothing asked of a server."""

from __future__ import annotations

import io
import json
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path

import pytest
from local_server import LocalServer
from PIL import Image
from playwright.async_api import async_playwright, expect

from emblazon_origin.home import Home, builtin_folder
from emblazon_origin.studio.static_pages import write_pages


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """What is built in, with one template to draw."""
    builtin = tmp_path / "builtin"
    (builtin / "templates").mkdir(parents=True)
    (builtin / "fonts").symlink_to(builtin_folder() / "fonts")
    shutil.copytree(builtin_folder() / "templates" / "article", builtin / "templates" / "article")
    return Home(tmp_path / "site", builtin)


@pytest.mark.slow
def test_every_case_has_its_picture_and_facts(tmp_path: Path, home: Home) -> None:
    folder = tmp_path / "pages"
    drawn = write_pages(folder, home)
    known = json.loads((folder / "catalogue.json").read_text("utf-8"))
    cases = [case for template in known["templates"] for case in [*template["cases"], *template["worst"]]]
    assert len(cases) == drawn > 10
    for case in cases:
        told = json.loads((folder / f"{case['file']}.json").read_text("utf-8"))
        data = (folder / told["picture"]).read_bytes()
        assert len(data) == told["facts"]["bytes"]
        facts = told["facts"]
        assert Image.open(io.BytesIO(data)).size == (facts["width"], facts["height"])
        assert told["explanation"]["texts"]
    for file in folder.rglob("*.json"):
        assert str(tmp_path) not in file.read_text("utf-8"), "a path of the machine that drew"


@pytest.mark.e2e
async def test_the_static_page_shows_examples_and_says_where_typing_is_live(
    tmp_path: Path, home: Home
) -> None:
    folder = tmp_path / "pages"
    write_pages(folder, home)
    server = LocalServer(partial(SimpleHTTPRequestHandler, directory=str(folder)))
    faults: list[str] = []
    try:
        async with async_playwright() as play:
            executable = shutil.which("chromium-headless-shell")
            browser = await play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
            page = await browser.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 400 else None)
            await page.goto(f"{server.url}/#/article")
            await expect(page.locator(".facts")).to_contain_text("1200 × 630")
            await expect(page.locator(".static-note")).to_contain_text("emblazon serve --dev")
            await expect(page.locator("#p-title")).to_be_disabled()
            before = await page.locator("#card").get_attribute("src")
            await page.locator("#case").select_option(label="arabic")
            await expect(page.locator("#card")).not_to_have_attribute("src", before or "")
            await expect(page.locator("#o-lang")).to_have_value("ar")
            await page.locator("#tab-copy").click()
            await expect(page.locator(".snippet").first).to_contain_text("https://og.example.com/og/article")
            await browser.close()
    finally:
        server.close()
    assert faults == []
