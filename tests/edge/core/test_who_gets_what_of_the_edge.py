"""Who gets what from the edge, as the Worker runs it, under every mix of keys, development and token."""

from __future__ import annotations

import contextlib
import itertools
import json

import pytest
from edge_world import KEYS, World

from emblazon.contract.signing import LOCAL_TOKEN
from emblazon.edge.config import ConfigError, EdgeConfig

TOKEN = "operator-token-of-the-tests"
STRANGERS = ("", LOCAL_TOKEN, "operator-token-of-the-test")
CARD = "/og/article.png?title=Hi"
ORDERS = (
    ("/purge", b'{"all":true}', 202),
    ("/api/cards", b'{"template":"article","params":{"title":"a"}}', 201),
)
MIXES = list(itertools.product((True, False), repeat=3))


def environment(keys: bool, development: bool, token: bool) -> dict[str, str]:
    return {
        "EMBLAZON_SIGNING": "",
        "EMBLAZON_SIGNING_KEYS": KEYS if keys else "",
        "EMBLAZON_DEV": "1" if development else "",
        "EMBLAZON_PURGE_TOKEN": TOKEN if token else "",
    }


@pytest.mark.parametrize("token", [True, False])
@pytest.mark.parametrize("both", [True, False], ids=["keys and development", "neither"])
def test_edge_without_a_clear_mode_is_misconfigured(both: bool, token: bool) -> None:
    with pytest.raises(ConfigError, match="EMBLAZON_DEV" if both else "EMBLAZON_SIGNING_KEYS"):
        World(env=environment(both, both, token))


@pytest.mark.parametrize(("keys", "token"), list(itertools.product((True, False), repeat=2)))
async def test_each_route_gives_what_its_cell_says(keys: bool, token: bool) -> None:
    world = World(env=environment(keys, not keys, token))
    assert (await world.get(CARD)).status == (403 if keys else 200)
    assert (await world.get(world.signed("/og/article.png", "title=Hi"))).status == 200
    for path, body, done in ORDERS:
        for sent in (*STRANGERS, TOKEN):
            wrong = 401 if token else 403
            expected = done if token and sent == TOKEN else wrong
            answer = await world.send("POST", path, body=body, authorization=f"Bearer {sent}")
            assert answer.status == expected, (path, sent)
    for path in ("/", "/metrics", "/openapi.json", "/render/article.png"):
        assert (await world.get(path, authorization=f"Bearer {TOKEN}")).status == 404
    explain = await world.get(CARD + "&_explain=1", authorization=f"Bearer {TOKEN}")
    assert explain.status == (403 if keys else 400)
    assert "json" in str(explain.header("content-type"))


def test_no_default_token_exists_in_any_environment() -> None:
    tokens = {}
    for mix in MIXES:
        with contextlib.suppress(ConfigError):
            config = EdgeConfig.from_env({"EMBLAZON_ORIGIN_URL": "http://o.test", **environment(*mix)})
            tokens[mix] = config.purge_token
    assert tokens == {mix: TOKEN if mix[2] else "" for mix in MIXES if mix[0] != mix[1]}


@pytest.mark.parametrize(
    "variable", ["EMBLAZON_PURGE_TOKEN", "EMBLAZON_ORIGIN_TOKEN", "EMBLAZON_METRICS_TOKEN"]
)
@pytest.mark.parametrize(
    "token", ["fifteen-letters", LOCAL_TOKEN, "with a space in it", "schlüssel-schlüssel"]
)
def test_weak_token_is_refused_by_name(variable: str, token: str) -> None:
    with pytest.raises(ConfigError, match=variable) as caught:
        World(env={variable: token})
    assert token not in str(caught.value)


async def test_development_takes_the_known_token_where_it_is_given() -> None:
    world = World(env=environment(False, True, False) | {"EMBLAZON_PURGE_TOKEN": LOCAL_TOKEN})
    assert (await world.post("/purge", json.dumps({"all": True}).encode(), token=LOCAL_TOKEN)).status == 202
