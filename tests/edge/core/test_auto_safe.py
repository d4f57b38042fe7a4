"""`auto-safe` at the edge: one entry, of the type that the origin chose."""

from __future__ import annotations

import json

import pytest
from edge_world import World, bytes_of, failing

from emblazon.contract.schema import CONTENT_TYPES
from emblazon.edge.messages import OriginResponse

CARD = "/og/article.auto-safe?title=Hi"


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("kind", ["png", "jpg"])
async def test_type_is_what_the_origin_chose(world: World, kind: str) -> None:
    async def draw(target: str) -> OriginResponse:
        return world.origin.card(target.replace("auto-safe", kind))

    world.origin.behaviour = draw
    first = await world.get(CARD)
    second = await world.get(CARD, accept="image/webp")
    await world.settle()
    elsewhere = await world.isolate().get(CARD)
    for answer in (first, second, elsewhere):
        assert answer.header("content-type") == {"png": "image/png", "jpg": "image/jpeg"}[kind]
        assert answer.header("etag") == first.header("etag")
        assert answer.header("vary") is None
    assert "hit" in str(second.header("cache-status"))
    assert "kv" in str(elsewhere.header("cache-status"))
    assert world.origin.card_requests[0].target == "/render/article.auto-safe?title=Hi"


@pytest.mark.parametrize("kind", ["webp", "avif"])
async def test_other_type_is_no_answer(world: World, kind: str) -> None:
    async def draw(target: str) -> OriginResponse:
        return world.origin.card(target.replace("auto-safe", kind))

    world.origin.behaviour = draw
    answer = await world.get(CARD)
    assert answer.header("x-emblazon-fallback") == "origin-wrong-type"
    assert answer.header("content-type") in ("image/png", "image/jpeg")


async def test_jpeg_header_on_a_png_is_no_answer(world: World) -> None:
    async def draw(target: str) -> OriginResponse:
        return world.origin.card(target.replace("auto-safe", "png"), content_type=CONTENT_TYPES["jpg"])

    world.origin.behaviour = draw
    assert (await world.get(CARD)).header("x-emblazon-fallback")


async def test_dead_origin_still_gives_a_picture(world: World) -> None:
    await world.warm_up()
    world.origin.behaviour = failing("refused")
    answer = await world.get(CARD)
    assert answer.status == 200
    assert answer.header("content-type") in ("image/png", "image/jpeg")


async def test_routes_of_every_kind_know_it(world: World) -> None:
    first = await world.get(CARD)
    data = "%7B%22title%22%3A%22Hi%22%7D"
    api = await world.get(f"/api/og/any.auto-safe?template=article&data={data}")
    body = {"template": "article", "params": {"title": "Hi"}, "format": "auto-safe"}
    made = json.loads(await bytes_of(await world.post("/api/cards", json.dumps(body).encode())))
    assert made["image_url"].endswith(".auto-safe")
    assert "og:image:type" not in made["meta_tags"], "the picture decides"
    short = await world.get(made["image_url"].removeprefix("https://og.test"))
    assert {answer.header("etag") for answer in (first, api, short)} == {first.header("etag")}


async def test_purge_of_its_url_reaches_it(world: World) -> None:
    await world.get(CARD)
    await world.settle()
    purged = await world.post("/purge", json.dumps({"urls": [f"https://og.test{CARD}"]}).encode())
    assert purged.status == 202
    assert "hit" not in str((await world.get(CARD)).header("cache-status"))
