"""Fallback cards: the template's own look where there ever was one, else the built-in picture."""

from __future__ import annotations

import io

import pytest
from edge_world import World, bytes_of, failing
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sweeps import examples

from emblazon.contract.schema import Format
from emblazon.edge.fill.ask import sniff
from emblazon.edge.fill.last_resort import draw
from emblazon.edge.messages import BytesBody, OriginResponse

FORMATS: list[Format] = ["png", "jpg", "webp", "avif"]


def decoded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


async def test_dead_origin_leaves_the_templates_own_look(world: World) -> None:
    await world.warm_up()
    world.origin.alive = False
    response = await world.get("/og/article.jpg?title=New")
    assert "detail=template-fallback" in str(response.header("cache-status"))
    look = world.origin.card("/fallback/article.jpg").body
    assert isinstance(look, BytesBody)
    assert (await bytes_of(response))[:80] == look.data[:80]


async def test_looks_of_every_template_and_format_are_fetched_with_a_new_manifest(world: World) -> None:
    await world.get("/og/article.png?title=Hi")
    await world.settle()
    looks = sorted(asked.target for asked in world.origin.asked if asked.target.startswith("/fallback/"))
    assert looks == sorted(f"/fallback/{name}.{ext}" for name in ("article", "plain") for ext in FORMATS)


async def test_looks_are_kept_for_as_long_as_the_process_lives(world: World) -> None:
    """Longer than KV keeps one of them."""
    await world.warm_up()
    for _ in range(20):
        await world.edge.on_scheduled(world.ports)
        await world.settle()
        await world.advance(50_000)
    world.origin.alive = False
    response = await world.get("/og/article.webp?title=New")
    assert "detail=template-fallback" in str(response.header("cache-status"))


async def test_cron_looks_for_the_looks_of_one_manifest_once_in_half_a_day(world: World) -> None:
    await world.warm_up()
    await world.edge.on_scheduled(world.ports)
    world.reset_counts()
    other = world.isolate()
    await other.edge.on_scheduled(other.ports)
    await other.settle()
    assert other.kv.operations["get card"] == 0, "no look"
    assert other.kv.operations["get looks"] == 1


async def test_look_survives_in_kv_for_a_new_isolate(world: World) -> None:
    await world.warm_up()
    world.origin.alive = False
    other = world.isolate()
    response = await other.get("/og/plain.webp?title=New")
    assert "detail=template-fallback" in str(response.header("cache-status"))


async def test_look_of_another_size_is_kept_once_that_size_was_asked_for(world: World) -> None:
    await world.warm_up("/og/article.png?title=Hi&_w=600")
    world.origin.alive = False
    response = await world.get("/og/article.png?title=New&_w=600")
    assert "detail=template-fallback" in str(response.header("cache-status"))


async def test_size_never_seen_gets_the_look_in_the_templates_own_size(world: World) -> None:
    await world.warm_up()
    world.origin.alive = False
    response = await world.get("/og/article.png?title=New&_w=800&_h=418")
    assert "detail=template-fallback" in str(response.header("cache-status"))


async def test_edge_that_never_had_a_look_draws_one_itself(world: World) -> None:
    world.origin.alive = False
    response = await world.get("/og/article.png?title=New&_w=800&_h=418")
    assert "detail=builtin-fallback" in str(response.header("cache-status"))
    assert decoded(await bytes_of(response)).size == (800, 418)


async def test_living_origin_that_cannot_draw_one_card_is_asked_for_its_look(world: World) -> None:
    await world.warm_up()

    async def only_this_one(target: str) -> OriginResponse:
        return OriginResponse(500, (), BytesBody(b""))

    world.origin.behaviour = only_this_one
    response = await world.get("/og/article.png?title=Poison&_w=700")
    assert "fwd-status=500; detail=template-fallback" in str(response.header("cache-status"))


async def test_fallback_says_why_and_lives_shortly(world: World) -> None:
    await world.warm_up()
    world.origin.behaviour = failing("timeout")
    response = await world.get("/og/article.png?title=New")
    assert response.header("x-emblazon-fallback") == "origin-timeout"
    assert response.header("cache-control") == "public, max-age=30"
    assert response.header("cdn-cache-control") == "max-age=30"
    assert response.header("etag") is not None
    assert response.header("last-modified") is None


async def test_condition_and_range_do_not_apply_to_a_fallback(world: World) -> None:
    await world.warm_up()
    world.origin.alive = False
    response = await world.get("/og/article.png?title=New", if_none_match="*", range="bytes=0-1")
    assert response.status == 200


async def test_fallback_of_a_pinned_url_is_not_immutable(world: World) -> None:
    await world.warm_up()
    world.origin.alive = False
    response = await world.get("/og/article.png?title=New&_tv=a1a1a1a1")
    assert response.header("cache-control") == "public, max-age=30"


async def test_head_of_a_fallback_has_its_length(world: World) -> None:
    await world.warm_up()
    world.origin.alive = False
    head = await world.send("HEAD", "/og/article.png?title=New")
    get = await world.get("/og/article.png?title=New")
    assert head.body is None
    assert head.header("content-length") == str(len(await bytes_of(get)))


async def test_thousands_of_requests_with_a_dead_origin_are_all_cards(world: World) -> None:
    await world.warm_up("/og/article.png?title=warm")
    world.origin.alive = False
    for number in range(1000):
        warm = await world.get("/og/article.png?title=warm")
        cold = await world.get(f"/og/article.png?title=never-seen-{number}")
        assert (warm.status, cold.status) == (200, 200)
    assert warm.header("x-emblazon-fallback") is None
    assert len(world.origin.card_requests) <= world.edge.config.breaker_failures


# The picture of last resort


@pytest.mark.parametrize("size", [(1200, 630), (1200, 1200), (64, 64), (1201, 631), (800, 418), (2400, 1260)])
def test_picture_of_last_resort_is_a_png_of_the_size_asked_for(size: tuple[int, int]) -> None:
    data = draw(*size, (47, 52, 64))
    assert sniff(data[:32]) == "png"
    assert decoded(data).size == size


@pytest.mark.parametrize("color", [(0, 0, 0), (255, 255, 255), (29, 78, 216), (250, 204, 21)])
def test_picture_of_last_resort_is_in_the_deployments_colour_and_no_plain_box(
    color: tuple[int, int, int],
) -> None:
    image = decoded(draw(1200, 630, color)).convert("RGB")
    assert image.getpixel((1199, 0)) == color
    bar, ground = image.getpixel((200, 250)), image.getpixel((1100, 250))
    assert isinstance(bar, tuple)
    assert isinstance(ground, tuple)
    assert max(abs(one - other) for one, other in zip(bar, ground, strict=True)) > 20, "the bars can be seen"


@pytest.mark.parametrize("extension", ["jpg", "webp", "avif", "auto"])
async def test_picture_of_last_resort_says_that_it_is_png_whatever_was_asked_for(extension: str) -> None:
    world = World(env={"EMBLAZON_FALLBACK_COLOR": "teal"})
    world.origin.alive = False
    response = await world.get(f"/og/article.{extension}?title=New")
    assert (response.status, response.header("content-type")) == (200, "image/png")
    image = decoded(await bytes_of(response)).convert("RGB")
    assert image.getpixel((0, 0)) == (0, 128, 128)


@settings(max_examples=examples(25))
@given(st.integers(64, 1500), st.integers(64, 1500))
def test_picture_of_last_resort_has_any_size(width: int, height: int) -> None:
    assert decoded(draw(width, height, (1, 2, 3))).size == (width, height)
