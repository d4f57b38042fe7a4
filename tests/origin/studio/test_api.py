"""What the page asks of the local server, and what it is told."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image

from emblazon.contract.signing import Keyring
from emblazon_origin.platforms import platforms

from .conftest import KEYS, Client


async def get_json(client: Client, target: str, status: int = 200) -> dict[str, Any]:
    async with client.get(target) as answer:
        assert answer.status == status, await answer.text()
        body: dict[str, Any] = await answer.json()
        return body


async def draw(client: Client, target: str) -> tuple[Image.Image, dict[str, Any]]:
    async with client.get(f"/studio/api/draw/{target}") as answer:
        assert answer.status == 200, await answer.text()
        picture = Image.open(io.BytesIO(await answer.read()))
        return picture.convert("RGB"), json.loads(answer.headers["X-Studio-Card"])


def picture_of(color: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (300, 300), color).save(data, "PNG")
    return data.getvalue()


async def test_the_catalogue_has_the_projects_templates_first_with_schema_and_cases(client: Client) -> None:
    found = await get_json(client, "/studio/api/catalogue")
    first = found["templates"][0]
    assert (first["name"], first["own"]) == ("note", True)
    assert [parameter["name"] for parameter in first["params"]] == ["title", "color", "image", "tags"]
    assert [case["name"] for case in first["cases"]] == ["preview", "arabic"]
    assert {"long", "short", "unbreakable", "rtl", "cjk", "emoji"} <= {
        case["name"] for case in first["worst"]
    }
    assert {"article", "docs", "product"} <= {one["name"] for one in found["templates"] if not one["own"]}
    assert {row["name"] for row in found["platforms"]} == {platform.name for platform in platforms()}


async def test_every_case_of_the_catalogue_can_be_drawn(client: Client) -> None:
    found = await get_json(client, "/studio/api/catalogue")
    note = found["templates"][0]
    for case in [*note["cases"], *note["worst"]]:
        _, facts = await draw(client, f"note.png?{case['query']}")
        codes = {finding["code"] for finding in facts["findings"]}
        assert not codes & {"unknown-parameter", "invalid-value"}, case


async def test_a_drawing_tells_bytes_type_and_every_platforms_verdict(client: Client) -> None:
    picture, facts = await draw(client, "note.jpg?title=Hi&color=%23204060&_w=1200&_h=600")
    assert picture.size == (facts["width"], facts["height"]) == (1200, 600)
    assert facts["type"] == "image/jpeg"
    assert facts["bytes"] > 1000
    by_name = {verdict["platform"]: verdict for verdict in facts["verdicts"]}
    assert by_name["X"]["state"] == "shown", "2:1 is its own shape"
    assert by_name["LinkedIn"]["state"] == "small", "it wants 627 lines"
    left, top, width, height = by_name["Facebook"]["crop"]
    assert (top, height) == (0, 1)
    assert left == pytest.approx((1 - 1.91 / 2) / 2, abs=1e-3)
    assert width == pytest.approx(1.91 / 2, abs=1e-3)


async def test_a_browser_keeps_the_picture_of_a_version_and_of_nothing_else(client: Client) -> None:
    _, facts = await draw(client, "note.png?title=Hi")
    for version, kept in ((facts["version"][:12], "private, max-age=3600"), ("0" * 12, "no-store")):
        async with client.get(f"/studio/api/draw/note.png?title=Hi&_tv={version}") as answer:
            assert answer.headers["Cache-Control"] == kept


async def test_a_file_that_a_platform_does_not_take_is_refused_with_the_reason(client: Client) -> None:
    _, facts = await draw(client, "note.avif?title=Hi")
    verdict = next(verdict for verdict in facts["verdicts"] if verdict["platform"] == "WhatsApp")
    assert verdict["state"] == "refused"
    assert verdict["text"] == "Not shown: WhatsApp shows no AVIF"


async def test_what_is_not_drawn_as_given_is_among_the_findings(client: Client) -> None:
    _, facts = await draw(client, "note.png?title=Hi&color=mauvish&titel=x")
    assert {(found["code"], found["where"]) for found in facts["findings"]} == {
        ("invalid-value", "color"),
        ("unknown-parameter", "titel"),
    }


async def test_explain_gives_what_overlays_are_drawn_from(client: Client) -> None:
    found = await get_json(client, "/studio/api/explain/note.png?title=Hello&color=%23f0f0f0")
    text = next(text for text in found["texts"] if text["text"] == "Hello")
    left, top, width, height = text["rect"]
    assert 0 <= left < left + width <= 1200
    assert top < text["baseline"] <= top + height
    assert text["face"].startswith("Inter")
    assert any(box["selector"].endswith("h1") for box in found["boxes"])
    assert found["safe_area"][2] <= 1200
    assert text["face"] in found["faces"]


async def test_snippets_say_the_same_card_in_every_form(client: Client) -> None:
    found = await get_json(
        client, "/studio/api/snippets/note.auto-safe?title=He+said+%22no%22&tags=a,b&_lang=de"
    )
    texts = {snippet["name"]: snippet["text"] for snippet in found["snippets"]}
    assert [*texts] == ["URL", "Signed URL", "Meta tags", "Python", "Jinja", "Django", "Markdown"]
    address, _, query = texts["Signed URL"].partition("?")
    path = "/" + address.split("/", 3)[3]
    Keyring.parse(KEYS).verify(path, query, now=0)
    assert texts["Signed URL"] in texts["Markdown"]
    assert 'property="og:image"' in texts["Meta tags"]
    compile(texts["Python"], "snippet", "exec")
    assert 'tags=["a", "b"]' in texts["Python"]
    assert '{% og_card "note" title=\'He said "no"\' tags=tags lang="de" %}' in texts["Django"]


async def test_a_foreign_name_for_this_machine_gets_no_signature(client: Client) -> None:
    async with client.get(
        "/studio/api/snippets/note.png?title=Hi", headers={"Host": "rebound.example:8080"}
    ) as answer:
        texts = {snippet["name"]: snippet["text"] for snippet in (await answer.json())["snippets"]}
    assert texts["Signed URL"] == ""
    assert "_sig" not in json.dumps(texts)


async def test_a_dropped_picture_is_drawn_without_leaving_the_machine(client: Client) -> None:
    async with client.post(
        "/studio/api/pictures", data=picture_of("#c01030"), headers={"Content-Type": "image/png"}
    ) as answer:
        assert answer.status == 201
        address = (await answer.json())["address"]
    picture, facts = await draw(client, f"note.png?title=A&image={quote(address)}")
    assert not facts["findings"]
    colors = picture.getcolors(1 << 20) or []
    assert (0xC0, 0x10, 0x30) in {color for count, color in colors if count > 50_000}


@pytest.mark.parametrize(
    ("data", "kind", "status", "reason"),
    [
        (b"<html>", "image/png", 422, "no picture"),
        (picture_of("red"), "text/plain", 400, "image/"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40_000_000), "image/png", 422, "at most"),
    ],
)
async def test_what_cannot_be_dropped_is_told(
    client: Client, data: bytes, kind: str, status: int, reason: str
) -> None:
    async with client.post("/studio/api/pictures", data=data, headers={"Content-Type": kind}) as answer:
        assert answer.status == status
        assert reason in await answer.text()


async def test_a_forgotten_picture_is_a_finding(client: Client) -> None:
    _, facts = await draw(client, "note.png?title=A&image=https://studio.invalid/pictures/0")
    assert "drop it again" in json.dumps(facts["findings"])


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/studio/api/draw/note.tiff?title=A", 404),
        ("/studio/api/draw/nothing.png?title=A", 404),
        ("/studio/api/draw/note.png?title=A&_w=1", 400),
        ("/studio/assets/..%2Fstudio_app.py", 404),
        ("/studio/assets/nothing.js", 404),
    ],
)
async def test_what_is_not_there_is_a_problem_document(client: Client, target: str, status: int) -> None:
    found = await get_json(client, target, status)
    assert found["detail"]


async def test_page_and_modules_are_served_under_a_policy_that_lets_nothing_else_in(client: Client) -> None:
    async with client.get("/studio") as answer:
        assert answer.status == 200
        assert answer.url.path == "/studio/"
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in page.replace("http-equiv", "")
    async with client.get("/studio/assets/studio.js") as answer:
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"


async def test_a_page_is_audited_where_one_sits_and_for_no_other_site(client: Client) -> None:
    async with client.get("/studio/audit") as answer:
        assert (answer.status, "<form" in await answer.text()) == (200, True)
    own = str(client.make_url("/studio/"))
    async with client.get("/studio/audit", params={"url": own}) as answer:
        report = await answer.text()
    assert own in report
    assert "image-missing" in report
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    foreign = {"Sec-Fetch-Site": "cross-site"}
    async with client.get("/studio/audit", params={"url": own}, headers=foreign) as answer:
        assert answer.status == 403
    async with client.get("/studio/audit", params={"url": "file:///etc/passwd"}) as answer:
        assert (answer.status, "http://" in await answer.text()) == (400, True)
