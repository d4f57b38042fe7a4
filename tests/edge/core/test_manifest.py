"""Manifest and epochs: first boot, refresh, survival on the old ones."""

from __future__ import annotations

import io

import pytest
from edge_world import Fault, World, bytes_of, example_manifest
from PIL import Image

from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.schema import TemplateSpec
from emblazon.edge.messages import BytesBody, OriginResponse

ARTICLE = "/og/article.png?title=Hi"


async def test_first_boot_ever_fetches_the_manifest_from_the_origin(world: World) -> None:
    response = await world.get(ARTICLE)
    await world.settle()
    assert response.header("x-emblazon-fallback") is None
    assert world.origin.asked[0].target == "/manifest.json"
    assert world.origin.asked[0].headers["authorization"] == "Bearer origin-token-of-the-tests"
    assert world.kv.keys("manifest") == ["manifest"]


@pytest.mark.parametrize("extension", ["png", "jpg", "webp", "avif"])
async def test_before_any_manifest_a_signed_url_gets_the_picture_of_last_resort(extension: str) -> None:
    world = World(signing=True)
    world.origin.alive = False
    response = await world.get(world.signed(f"/og/article.{extension}", "title=Hi&_w=800&_h=400&_dpr=2"))
    assert response.status == 200
    assert response.header("x-emblazon-fallback") == "no-manifest"
    image = Image.open(io.BytesIO(await bytes_of(response)))
    image.load()
    assert (image.format, image.size) == ("PNG", (1600, 800))


async def test_before_any_manifest_an_unsigned_url_gets_403() -> None:
    world = World(signing=True)
    world.origin.alive = False
    assert (await world.get(ARTICLE)).status == 403
    assert not world.origin.asked


async def test_origin_without_manifest_is_not_asked_by_every_request(world: World) -> None:
    world.origin.alive = False
    for _ in range(50):
        await world.get(ARTICLE)
    assert len(world.origin.asked) == 1
    world.origin.alive = True
    await world.advance(2.1)
    assert (await world.get(ARTICLE)).header("x-emblazon-fallback") is None


async def test_new_isolate_lives_on_the_manifest_in_kv_while_the_origin_is_down(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    await world.advance(400)
    world.origin.alive = False
    other = world.isolate()
    response = await other.get(ARTICLE)
    assert "stale-while-revalidate" in str(response.header("cache-status"))


async def test_old_manifest_stays_in_force_for_days(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    world.origin.alive = False
    for _ in range(5):
        await world.advance(86_000)
        response = await world.get(ARTICLE)
        await world.settle()
        assert response.header("x-emblazon-fallback") is None
    typo = await world.get("/og/article.png?title=Hi&titel=typo")
    assert typo.header("x-emblazon-findings") == 'unknown-parameter;param="titel"'


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"manifest": 99}', "\xff"])
async def test_broken_manifest_of_the_origin_does_not_replace_the_good_one(world: World, text: str) -> None:
    await world.get(ARTICLE)
    await world.settle()
    good_answer = world.origin._answer

    async def broken(target: str) -> OriginResponse:
        if target == "/manifest.json":
            return OriginResponse(200, (), BytesBody(text.encode("latin-1")))
        return await good_answer(target)

    world.origin._answer = broken  # type: ignore[method-assign]
    await world.advance(120)
    await world.get(ARTICLE)
    await world.settle()
    assert (await world.get("/og/article.png?title=New")).header("x-emblazon-fallback") is None


async def test_redeployed_template_gets_new_keys_by_itself(world: World) -> None:
    await world.get(ARTICLE)
    await world.settle()
    world.origin.manifest = example_manifest(version="c3" * 16)
    await world.advance(91)
    assert "hit" in str((await world.get(ARTICLE)).header("cache-status"))  # looks in the background
    await world.settle()
    assert "fwd=uri-miss" in str((await world.get(ARTICLE)).header("cache-status"))


async def test_without_a_control_life_an_edited_template_is_drawn_by_the_very_next_request() -> None:
    world = World(env={"EMBLAZON_CONTROL_TTL": "0", "EMBLAZON_MANIFEST_TTL": "0"})
    await world.get(ARTICLE)
    assert "hit" in str((await world.get(ARTICLE)).header("cache-status"))
    world.origin.manifest = example_manifest(version="c3" * 16, fresh=TemplateSpec("fresh", "d4" * 16, {}))
    assert "fwd=uri-miss" in str((await world.get(ARTICLE)).header("cache-status"))
    assert (await world.get("/og/fresh.png")).status == 200
    world.origin.alive = False
    assert "hit" in str((await world.get(ARTICLE)).header("cache-status"))


async def test_card_drawn_by_another_template_version_lives_shortly_and_renews_the_manifest(
    world: World,
) -> None:
    await world.warm_up()
    await world.advance(10)
    world.origin.manifest = example_manifest(version="c3" * 16)
    world.origin.extra = {"x-emblazon-template-version": "c3" * 16}
    response = await world.get(f"{ARTICLE}&_tv=a1a1a1a1")
    assert "detail=other-template-version" in str(response.header("cache-status"))
    assert response.header("cache-control") == "public, max-age=60"
    await world.settle()
    assert world.edge.control.manifest == world.origin.manifest


async def test_template_that_is_newer_than_our_manifest_is_found_at_once(world: World) -> None:
    await world.warm_up()
    await world.advance(10)
    world.origin.manifest = example_manifest(event=example_manifest().templates["plain"])
    text = manifest_to_json(world.origin.manifest).decode()
    assert '"event"' in text
    assert (await world.get("/og/event.png?title=New")).status == 200


async def test_unknown_templates_do_not_hammer_the_origin(world: World) -> None:
    await world.warm_up()
    await world.advance(10)
    for number in range(50):
        assert (await world.get(f"/og/nope{number}.png")).status == 404
    assert len(world.origin.asked) == 1


async def test_hung_kv_at_first_boot_costs_little_and_not_the_card(world: World) -> None:
    world.kv.get_fault = Fault(hangs=True)
    began = world.clock.now()
    response = await world.get(ARTICLE)
    assert response.header("x-emblazon-fallback") is None
    assert world.clock.now() - began <= 1.21


async def test_damaged_documents_in_kv_are_as_good_as_none(world: World) -> None:
    for key in ("manifest", "epochs"):
        world.kv.entries[key] = (b"\xff{", "nonsense", 1e12)
    assert (await world.get(ARTICLE)).header("x-emblazon-fallback") is None


async def test_manifest_is_written_to_kv_only_when_it_changed(world: World) -> None:
    await world.warm_up()
    for _ in range(20):
        await world.advance(100)
        await world.get("/og/article.png?title=warm-up")
        await world.settle()
    assert world.kv.operations["put manifest"] == 0


async def redeploy_and_die(world: World) -> None:
    """The origin publishes a new version of `article`, the edge learns of it, the origin dies."""
    await world.get(ARTICLE)
    await world.settle()
    world.origin.manifest = example_manifest(version="c3" * 16)
    await world.advance(91)
    await world.get(ARTICLE)
    await world.settle()
    world.origin.alive = False


async def test_deployment_that_kills_the_origin_leaves_the_earlier_cards(world: World) -> None:
    await redeploy_and_die(world)
    response = await world.get(ARTICLE)
    assert "detail=earlier-template-version" in str(response.header("cache-status"))
    assert response.header("cache-control") == "public, max-age=30"
    assert response.header("x-emblazon-fallback") is None


async def test_new_isolate_finds_the_earlier_cards_too(world: World) -> None:
    await redeploy_and_die(world)
    response = await world.isolate().get(ARTICLE)
    assert "detail=earlier-template-version" in str(response.header("cache-status"))


async def test_purged_cards_of_an_earlier_version_stay_purged(world: World) -> None:
    await redeploy_and_die(world)
    await world.post("/purge", b'{"templates": ["article"]}')
    assert (await world.get(ARTICLE)).header("x-emblazon-fallback") is not None
