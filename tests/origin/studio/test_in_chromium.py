"""The studio in Debian's Chromium: by keyboard alone, for everybody, and without anybody else's server."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect
from saving import save

from emblazon_origin.home import Home

from .conftest import Client
from .test_api import picture_of
from .test_unfurl_page import write_unfurls

pytestmark = pytest.mark.e2e
AXE = Path(__file__).parents[3] / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")
SLOW = 60_000  # milliseconds that anything may take on a loaded machine


@pytest.fixture
async def page(client: Client) -> AsyncIterator[Page]:
    """The gallery, opened. Errors of scripts and of the policy fail the test."""
    executable = shutil.which("chromium-headless-shell")
    assert executable, "chromium-headless-shell is missing: make test installs it"
    faults: list[str] = []
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        await context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = await context.new_page()
        page.set_default_timeout(SLOW)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        await page.goto(str(client.make_url("/studio/")))
        await page.get_by_role("heading", name="Templates").wait_for()
        yield page
        await browser.close()
    assert faults == []


async def tab_to(page: Page, is_there: str, most: int = 60) -> None:
    """Press Tab until the focused element fits a selector."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        if await page.evaluate("selector => document.activeElement.matches(selector)", is_there):
            return
    raise AssertionError(f"{most} times Tab did not reach {is_there}")


async def painted(page: Page, does: Callable[[], Awaitable[object]]) -> str:
    """Do something, and return the query of the card that is on screen once nothing is outdated."""
    before = await page.evaluate("performance.getEntriesByName('key-to-pixels').length")
    await does()
    await page.wait_for_function(
        "n => performance.getEntriesByName('key-to-pixels').length > n", arg=before, timeout=SLOW
    )
    await page.wait_for_function("() => !document.querySelector('.layer.outdated')", timeout=SLOW)
    query: str = await page.evaluate("performance.getEntriesByName('key-to-pixels').at(-1).detail")
    return query


async def open_note(page: Page) -> None:
    await page.keyboard.press("Control+k")
    await page.keyboard.type("color tags")  # Enter opens the first that is found
    await painted(page, lambda: page.keyboard.press("Enter"))


async def test_from_the_gallery_to_a_copied_address_by_keyboard_alone(page: Page) -> None:
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await tab_to(page, "#search")
    await page.keyboard.type("color tags")
    await expect(page.locator(".gallery > li:visible")).to_have_count(1)
    await expect(page.locator("#count")).to_have_text("1 template")
    await tab_to(page, 'a[href="#/note"]')
    await painted(page, lambda: page.keyboard.press("Enter"))
    await expect(page.get_by_role("heading", name="note")).to_be_visible()
    await tab_to(page, "#p-title")
    await page.keyboard.press("Control+a")
    assert "title=By+keyboard" in await painted(page, lambda: page.keyboard.type("By keyboard"))
    await tab_to(page, "#tab-card")
    await page.keyboard.press("End")
    await expect(page.locator("#tab-copy")).to_be_focused()
    await tab_to(page, "[aria-label='Copy Signed URL']")
    await page.keyboard.press("Enter")
    await expect(page.locator("#say")).to_have_text("Signed URL copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"/og/note\.auto-safe\?_kid=k1&title=By%20keyboard&_sig=", copied)


async def test_every_kind_of_field_is_filled_by_keyboard_and_survives_a_reload(page: Page) -> None:
    await open_note(page)
    await tab_to(page, "#p-color")
    assert "color=%23204060" in await painted(page, lambda: page.keyboard.type("#204060"))
    await tab_to(page, "#p-tags")
    await page.keyboard.type("one, two")
    await page.keyboard.press("Enter")
    assert "tags=one%5C%2C+two%2Cthree" in await painted(page, lambda: page.keyboard.type("three"))
    await tab_to(page, "#o-variant")
    assert "_v=night" in await painted(page, lambda: page.keyboard.press("n"))
    await page.wait_for_function("() => location.hash.includes('_v=night')", timeout=SLOW)
    await page.reload()
    await expect(page.locator("#p-tags")).to_have_value("one, two\nthree")
    await expect(page.locator("#p-color")).to_have_value("#204060")
    await expect(page.locator("#o-variant")).to_have_value("night")


async def test_what_is_typed_last_is_what_stays_on_screen(page: Page) -> None:
    await open_note(page)
    await page.locator("#p-title").fill("")
    text = "The quick brown fox jumps over the lazy dog"
    await page.keyboard.type(text, delay=5)
    await page.wait_for_function(
        "text => performance.getEntriesByName('key-to-pixels').at(-1).detail.includes(text)",
        arg=text.replace(" ", "+"), timeout=SLOW,
    )  # fmt: skip
    await expect(page.locator(".facts")).to_contain_text("drawn in")
    await page.wait_for_function("() => document.querySelector('#card').complete", timeout=SLOW)


async def test_platforms_show_their_crop_and_verdict(page: Page) -> None:
    await open_note(page)
    await page.locator("#tab-platforms").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#panel-platforms h3")).to_have_count(
        len(await page.evaluate("fetch('api/catalogue').then(a => a.json()).then(c => c.platforms)"))
    )
    await expect(page.locator("#panel-platforms > .summary")).to_contain_text(
        "Every platform shows this card"
    )
    window = await page.locator(".post.x .window").bounding_box()
    assert window is not None
    assert window["width"] / window["height"] == pytest.approx(2, abs=0.02)
    await painted(page, lambda: page.locator("#o-format").select_option("avif"))
    await expect(page.locator(".frames li", has_text="WhatsApp")).to_contain_text("shows no AVIF")
    await expect(page.locator(".frames li", has_text="WhatsApp").locator(".window")).to_be_hidden()


async def test_overlays_lie_on_what_explain_says(page: Page) -> None:
    await open_note(page)
    for name in ("boxes", "baselines", "safe", "fonts"):
        button = page.locator(f"#overlay-{name}")
        await button.focus()
        await page.keyboard.press("Space")
        await expect(button).to_have_attribute("aria-pressed", "true")
    for kind in (".box", ".baseline", ".safe", ".font"):
        await expect(page.locator(f".layer {kind}")).not_to_have_count(0)
    card = await page.locator("#card").bounding_box()
    heading = await page.locator(".layer .box:has(title:text-matches('h1'))").first.bounding_box()
    assert card is not None
    assert heading is not None
    assert heading["x"] == pytest.approx(card["x"], abs=2)
    assert heading["width"] == pytest.approx(card["width"], abs=3)


async def test_a_saved_file_shows_at_once_and_a_fault_lies_over_the_last_good_picture(
    page: Page, project: Home
) -> None:
    await open_note(page)
    await expect(page.locator("#connection")).to_have_text("Live")
    card = project.own_templates / "note" / "card.html"
    good = card.read_text("utf-8")
    before = await page.locator("#card").get_attribute("src")
    save(card, good.replace("80px", "96px"))
    await expect(page.locator("#card")).not_to_have_attribute("src", before or "", timeout=SLOW)
    save(card, good.replace("{{ title }}", "{{ title | shout }}"))
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("templates/note/card.html:4", timeout=SLOW)
    await expect(alert.locator(".at")).to_contain_text("{{ title | shout }}")
    shown = await page.evaluate("document.querySelector('#card').naturalWidth")
    assert shown == 1200, "the last good picture is still there"
    save(card, good)
    await expect(page.locator(".fault")).to_be_hidden(timeout=SLOW)


async def test_a_chosen_picture_is_drawn_and_goes_nowhere_else(
    page: Page, tmp_path: Path, client: Client
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await open_note(page)
    file = tmp_path / "portrait.png"
    file.write_bytes(picture_of("#c01030"))
    await painted(page, lambda: page.get_by_label("Picture for image").set_input_files(file))
    await expect(page.locator("#p-image")).to_have_value(re.compile("studio.invalid"))
    red = await page.evaluate(
        """async () => {
            const image = document.querySelector('#card'), canvas = new OffscreenCanvas(1200, 630);
            await image.decode();
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0);
            const {data} = context.getImageData(0, 0, 1200, 630);
            const isRed = (i) => data[i] > 180 && data[i + 1] < 30 && data[i + 2] < 60;
            let found = 0;
            for (let i = 0; i < data.length; i += 4) found += isRed(i);
            return found;
        }"""
    )
    assert red > 50_000
    own = str(client.make_url("/"))
    assert [url for url in asked if not url.startswith((own, f"blob:{own}", "data:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_serious_in_any_view(page: Page, scheme: str, project: Home) -> None:
    write_unfurls(project.state / "analytics.sqlite3")
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {"gallery": await serious(page)}
    await open_note(page)
    for view in ("card", "platforms", "compare", "copy"):
        await page.locator(f"#tab-{view}").click()
        await page.wait_for_function(
            "() => [...document.querySelectorAll('img')].every(i => i.complete)", timeout=SLOW
        )
        found[view] = await serious(page)
    await page.goto(page.url.partition("#")[0] + "#/stats")
    await page.locator(".chart").wait_for()
    found["stats"] = await serious(page)
    assert {view: faults for view, faults in found.items() if faults} == {}


async def serious(page: Page) -> list[str]:
    """Return what axe finds that keeps somebody out, as rule and element."""
    source = AXE.read_text("utf-8")
    await page.evaluate(source + ";0")
    result = await page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(JSON.stringify)")
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary'][:200]}"
        for fault in json.loads(result)["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_nothing_is_wider_than_the_screen(page: Page, width: int, height: int) -> None:
    await page.set_viewport_size({"width": width, "height": height})
    await open_note(page)
    for view in ("card", "platforms", "compare", "copy"):
        await page.locator(f"#tab-{view}").click()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, view


async def test_unfurls_are_charted_filtered_and_told_by_keyboard(page: Page, project: Home) -> None:
    write_unfurls(project.state / "analytics.sqlite3")
    await tab_to(page, 'a[href="#/stats"]')
    await page.keyboard.press("Enter")
    await expect(page.locator(".totals dd").first).to_have_text("4")
    columns = page.locator(".chart rect")
    await expect(columns).to_have_count(3)
    heights = [float(await column.get_attribute("height") or 0) for column in await columns.all()]
    assert heights == pytest.approx([2 * heights[1], heights[1], heights[1]], rel=1e-6)
    await page.get_by_role("button", name="Slack 2").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".totals dd").first).to_have_text("2")
    await expect(page.locator("#say")).to_have_text("2 unfurls")
    await page.get_by_role("button", name="Remove: only platform Slack").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".totals dd").first).to_have_text("4")
    assert await page.get_by_role("link", name="CSV").get_attribute("href") == "stats.csv?days=30"


async def test_whoever_wants_no_motion_gets_none(page: Page) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await open_note(page)
    moving = await page.evaluate(
        """[...document.querySelectorAll('*')]
            .filter(e => getComputedStyle(e).transitionDuration !== '0s').length"""
    )
    assert moving == 0
