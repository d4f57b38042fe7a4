"""`POST /api/events`: who may, what is taken, what is refused, and what a data point says."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from edge_world import TOKEN, World, bytes_of, example_manifest

from emblazon.contract.request import choose_variant
from emblazon.contract.schema import Experiment
from emblazon.edge.messages import Request

EVENTS_TOKEN = "events-token-of-the-tests"
CLICK = {"kind": "click", "template": "article"}


@dataclass
class Points:
    """An analytics dataset that remembers."""

    written: list[tuple[str, list[str], list[float]]] = field(default_factory=list)

    def write(self, *, index: str, blobs: Sequence[str], doubles: Sequence[float]) -> None:
        self.written.append((index, list(blobs), list(doubles)))


@pytest.fixture
def counting() -> World:
    """A world that counts, whose articles are under test."""
    world = World(env={"EMBLAZON_EVENTS_TOKEN": EVENTS_TOKEN})
    world.optional["analytics"] = Points()
    article = example_manifest().templates["article"]
    tested = replace(article, variants=("night", "photo"), experiment=Experiment("autumn"))
    world.origin.manifest = example_manifest(article=tested)
    return world


async def send(world: World, *events: object, token: str = EVENTS_TOKEN, **more: object) -> tuple[int, str]:
    body = json.dumps({"events": list(events), **more}).encode()
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = await world.send("POST", "/api/events", body=body, **headers)
    return answer.status, (await bytes_of(answer)).decode()


def points(world: World) -> list[tuple[str, list[str], list[float]]]:
    written: list[tuple[str, list[str], list[float]]] = world.optional["analytics"].written
    return written


async def test_events_become_points_beside_the_unfurls(counting: World) -> None:
    night = {"kind": "view", "template": "article", "variant": "night", "platform": "X", "count": 40}
    assert await send(counting, CLICK, night) == (202, '{"taken": 2}')
    assert points(counting) == [
        ("article", ["click", "site", "", "other", "", "", ""], [0.0, 0.0, 1.0]),
        ("article", ["view", "site", "", "X", "night", "", ""], [0.0, 0.0, 40.0]),
    ]


async def test_page_stands_for_the_look_that_was_chosen_by_it(counting: World) -> None:
    for number in range(8):
        await send(counting, {**CLICK, "page": f"/posts/{number}"})
    spec = counting.origin.manifest.templates["article"]
    chosen = [choose_variant(spec, f"/posts/{number}") for number in range(8)]
    assert [blobs[4] for _, blobs, _ in points(counting)] == chosen
    assert len(set(chosen)) > 1
    assert "/posts/" not in str(points(counting)), "the page itself is not kept"


async def test_token_of_the_events_opens_nothing_else(counting: World) -> None:
    assert (await send(counting, CLICK, token=""))[0] == 401
    assert (await send(counting, CLICK, token="x" * 20))[0] == 401
    assert (await send(counting, CLICK, token=TOKEN))[0] == 202
    headers = {"authorization": f"Bearer {EVENTS_TOKEN}"}
    purge = await counting.send("POST", "/purge", body=b'{"all": true}', **headers)
    assert purge.status == 401


async def test_without_a_dataset_it_says_what_to_bind(counting: World) -> None:
    counting.optional.clear()
    status, text = await send(counting, CLICK)
    assert status == 403
    assert "EMBLAZON_ANALYTICS" in text


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("click", "events[0] is no JSON object"),
        ({"template": "article"}, "events[0].kind: Give one of click, view"),
        ({**CLICK, "kind": "clik"}, "Did you mean 'click'?"),
        ({**CLICK, "template": "artikle"}, "Did you mean 'article'?"),
        ({**CLICK, "variant": "nite"}, "Did you mean 'night'?"),
        ({**CLICK, "variant": "auto"}, "needs the 'page'"),
        ({**CLICK, "variant": 3}, "events[0].variant: Give one of base, night, photo"),
        ({**CLICK, "page": "x" * 301}, "events[0].page takes a text of at most 300"),
        ({**CLICK, "platform": "Facebok"}, "Did you mean 'Facebook'?"),
        ({**CLICK, "count": 0}, "events[0].count takes a whole number from 1"),
        ({**CLICK, "count": True}, "events[0].count takes a whole number from 1"),
        ({**CLICK, "count": 1_000_001}, "events[0].count takes a whole number from 1"),
        ({**CLICK, "visitor": "ada@example.com"}, "'visitor' is not known"),
    ],
)
async def test_wrong_event_is_refused_naming_it_and_none_of_its_call_is_kept(
    counting: World, event: object, said: str
) -> None:
    status, text = await send(counting, event, CLICK)
    assert status == 400
    assert said in json.loads(text)["detail"]
    assert points(counting) == []


@pytest.mark.parametrize("count", [0, 501])
async def test_call_has_some_events_and_not_too_many(counting: World, count: int) -> None:
    status, text = await send(counting, *[CLICK] * count)
    assert status == 400
    assert "1 to 500" in text
    assert (await send(counting, CLICK, more=1))[0] == 400


async def test_calls_are_limited(counting: World) -> None:
    counting.edge.events._bucket.per_minute = 3
    statuses = [(await send(counting, CLICK))[0] for _ in range(5)]
    assert statuses == [202, 202, 202, 429, 429]


@pytest.mark.parametrize(
    ("verified", "agent", "told"),
    [
        (True, "Twitterbot/1.0", "verified"),
        (False, "Twitterbot/1.0", "claimed"),
        (None, "Twitterbot/1.0", ""),
        (True, "Mozilla/5.0 Firefox/130.0", ""),
    ],
)
async def test_point_of_a_crawler_says_whether_it_was_verified(
    counting: World, verified: bool | None, agent: str, told: str
) -> None:
    request = Request("GET", "/og/article.png?title=Hi", {"user-agent": agent}, verified_bot=verified)
    await counting.edge.handle(request, counting.ports)
    ((_, blobs, doubles),) = points(counting)
    assert blobs[6] == told
    assert doubles[2] == 1.0
