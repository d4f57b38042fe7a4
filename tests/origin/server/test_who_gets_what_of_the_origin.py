"""Who gets what from `emblazon origin`, under every mix of keys, address, development and token."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from emblazon_origin.server import __main__ as command
from emblazon_origin.server.config import OriginConfig, SettingsError
from emblazon_origin.server.messages import HttpRequest
from emblazon_origin.server.origin_server import OriginServer
from emblazon_origin.workers.job import RendererSpec

KEYS = "k1:0123456789abcdef0123456789abcdef"
TOKEN, METRICS = "origin-token-of-the-tests", "metrics-token-of-the-tests"
OWN = ("/render/article.png?title=Hi", "/fallback/article.png", "/manifest.json")
OPERATOR = ("/metrics", "/openapi.json")
LOOPBACK = ("127.0.0.1", "127.1.2.3", "::1", "localhost")
REACHABLE = ("0.0.0.0", "::", "10.0.0.5", "example.com")  # noqa: S104  # named, never listened on
SWITCH = (True, False)
MIXES = list(itertools.product(SWITCH, LOOPBACK + REACHABLE, SWITCH, SWITCH))


def environment(keys: bool, bind: str, development: bool, token: bool) -> dict[str, str]:
    given = {
        "EMBLAZON_SIGNING_KEYS": KEYS if keys else "",
        "EMBLAZON_ORIGIN_HOST": bind,
        "EMBLAZON_DEV": "1" if development else "0",
        "EMBLAZON_ORIGIN_TOKEN": TOKEN if token else "",
        "EMBLAZON_METRICS_TOKEN": METRICS if token else "",
        "EMBLAZON_WORKERS": "1",
        "EMBLAZON_SMALL_ENCODING": "0",
        "EMBLAZON_RENDERER": "fake_renderer:build",
    }
    return {name: value for name, value in given.items() if value}


@pytest.mark.parametrize(("keys", "bind", "development", "token"), MIXES)
def test_only_an_origin_that_strangers_cannot_use_starts(
    keys: bool, bind: str, development: bool, token: bool,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    started: list[OriginServer] = []
    monkeypatch.setattr(command, "run", lambda config, origin: started.append(origin))
    for name, value in environment(keys, bind, development, token).items():
        monkeypatch.setenv(name, value)
    code, said = command.main(), capsys.readouterr().err
    if keys and development:
        assert (code, started, "EMBLAZON_DEV" in said) == (2, [], True)
    elif not token and bind not in LOOPBACK:
        assert (code, started, "EMBLAZON_ORIGIN_TOKEN is missing" in said) == (2, [], True)
    else:
        assert (code, len(started)) == (0, 1)


@pytest.fixture
async def origin(
    development: bool, token: bool, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[OriginServer]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "workers"))
    config = OriginConfig.from_env(environment(False, "127.0.0.1", development, token))
    async with OriginServer(config, RendererSpec("fake_renderer:build", {})) as origin:
        assert not origin.not_ready
        yield origin


@pytest.mark.parametrize(("development", "token"), list(itertools.product((True, False), repeat=2)))
async def test_each_route_gives_what_its_cell_says(
    origin: OriginServer, development: bool, token: bool
) -> None:
    async def status(target: str, bearer: str) -> int:
        fields = {"authorization": f"Bearer {bearer}"} if bearer else {}
        return (await origin.answer(HttpRequest("GET", target, fields))).status

    for sent in ("", "origin-token-of-the-test", METRICS, TOKEN):
        edge, knows = token and sent == TOKEN, token and sent in (TOKEN, METRICS)
        for target in OWN:
            assert await status(target, sent) == (200 if edge or not token else 401), (target, sent)
        for target in OPERATOR:
            refused = 401 if token else 403
            assert await status(target, sent) == (200 if development or knows else refused), (target, sent)
        explain = await status("/render/article.png?title=Hi&_explain=1", sent)
        assert explain == (401 if token and not edge else 200 if development or edge else 400)
        assert [await status(target, sent) for target in ("/healthz", "/readyz")] == [200, 200]


@pytest.mark.parametrize("variable", ["EMBLAZON_ORIGIN_TOKEN", "EMBLAZON_METRICS_TOKEN"])
@pytest.mark.parametrize("token", ["fifteen-letters", "local-purge-token", "with a space in it"])
def test_weak_token_is_refused_by_name(variable: str, token: str) -> None:
    with pytest.raises(SettingsError, match=variable) as caught:
        OriginConfig.from_env({variable: token})
    assert token not in str(caught.value)
