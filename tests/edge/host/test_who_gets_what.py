"""Who gets what from the CPython host, under every mix of keys, address, development and token."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from sweeps import sweep

from emblazon.contract.signing import LOCAL_TOKEN, Keyring
from emblazon.edge.config import ConfigError
from emblazon_origin.cli import embedded
from emblazon_origin.cli.embedded import build
from emblazon_origin.workers.job import RendererSpec

KEYS = "k1:0123456789abcdef0123456789abcdef"
TOKEN = "operator-token-of-the-tests"
METRICS = "metrics-token-of-the-tests"
LOOPBACK, ANY = "127.0.0.1", "0.0.0.0"  # noqa: S104  # named, never listened on
Client = TestClient[Request, Application]
STRANGERS = ("", "operator-token-of-the-test", "0123456789abcdef0123456789abcdef")
CARD, SIGNED = (
    "/og/article.png?title=Hi",
    "/og/article.png?" + Keyring.parse(KEYS).sign("/og/article.png", "title=Hi"),
)
EXPLAIN, SIGNED_EXPLAIN = CARD + "&_explain=1&_w=4000&_h=4000", SIGNED + "&_explain=1"
SMALL_EXPLAIN = CARD + "&_explain=1&_w=64&_h=64"  # for whom it is drawn


@dataclass(frozen=True)
class Cell:
    """One deployment."""

    keys: bool
    bind: str
    development: bool
    token: bool
    signing_off: bool = False

    @property
    def environment(self) -> dict[str, str]:
        given = {
            "EMBLAZON_SIGNING_KEYS": KEYS if self.keys else "",
            "EMBLAZON_SIGNING": "off" if self.signing_off else "",
            "EMBLAZON_DEV": "1" if self.development else "0",
            "EMBLAZON_PURGE_TOKEN": TOKEN if self.token else "",
            "EMBLAZON_METRICS_TOKEN": METRICS if self.token else "",
        }
        return {name: value for name, value in given.items() if value}

    @property
    def operator(self) -> str:
        """The token that may purge and publish; "" where nobody may."""
        if self.token:
            return TOKEN
        return LOCAL_TOKEN if self.development and self.bind == LOOPBACK else ""

    def __str__(self) -> str:
        keys = "keys" if self.keys else "unsigned" if self.signing_off else "no-keys"
        return (
            f"{keys}-{self.bind}-{'dev' if self.development else 'prod'}-{'token' if self.token else 'none'}"
        )


CELLS = [
    Cell(*mix) for mix in itertools.product((True, False), (LOOPBACK, ANY), (True, False), (True, False))
]
CELLS += [Cell(False, bind, False, token, True) for bind in (LOOPBACK, ANY) for token in (True, False)]
REFUSED = [cell for cell in CELLS if cell.keys == cell.development and not cell.signing_off]
RUNNING = [cell for cell in CELLS if cell not in REFUSED]


def each(cells: list[Cell]) -> pytest.MarkDecorator:
    """Run a test in each cell, beside the others of that cell: a deployment is started once for them all."""
    return pytest.mark.parametrize("cell", sweep(cells, quick=4), ids=str, scope="module")


@pytest.fixture(scope="module")
def environment(cell: Cell, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        deploy(cell, monkeypatch, tmp_path_factory.mktemp("home"))
        yield


def deploy(cell: Cell, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Set what a cell's process finds around it."""
    fakes = str(Path(__file__).parents[2] / "origin" / "workers")
    monkeypatch.setenv("PYTHONPATH", fakes)  # of the render processes
    fake = RendererSpec("fake_renderer:build", {})
    monkeypatch.setattr(embedded, "default_renderer", lambda config: fake)
    (home / "templates").mkdir()
    for name in ("templates/article", "fonts"):
        (home / name).symlink_to(Path(__file__).parents[3] / name)
    for name, value in cell.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("EMBLAZON_HOME", str(home))
    monkeypatch.setenv("EMBLAZON_WORKERS", "1")
    monkeypatch.setenv("EMBLAZON_SMALL_ENCODING", "0")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(cell: Cell, environment: None) -> AsyncIterator[Client]:
    app, origin = build(cell.bind)
    async with TestClient(TestServer(app, host=LOOPBACK)) as client:
        assert origin is not None
        assert not origin.not_ready
        yield client


async def get(client: Client, target: str, token: str = "") -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with client.get(target, headers=headers) as answer:
        return answer.status


async def post(client: Client, target: str, body: object, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with client.post(target, json=body, headers=headers) as answer:
        return answer.status


@each(REFUSED)
def test_deployment_without_a_clear_mode_does_not_start(cell: Cell, environment: None) -> None:
    variable = "EMBLAZON_DEV" if cell.development else "EMBLAZON_SIGNING_KEYS"
    with pytest.raises(ConfigError, match=variable) as caught:
        build(cell.bind)
    assert caught.value.variable == variable


@each(RUNNING)
@pytest.mark.asyncio(loop_scope="module")
async def test_unsigned_cards_are_drawn_only_where_signing_is_off(cell: Cell, client: Client) -> None:
    assert await get(client, CARD) == (403 if cell.keys else 200)
    assert await get(client, SIGNED) == 200
    assert await get(client, CARD, cell.operator or LOCAL_TOKEN) == (403 if cell.keys else 200)


@each(RUNNING)
@pytest.mark.asyncio(loop_scope="module")
async def test_purge_and_publishing_want_the_operators_token(cell: Cell, client: Client) -> None:
    orders = (("/purge", {"all": True}, 202), ("/api/cards", {"template": "article", "params": {}}, 201))
    for path, order, done in orders:
        refused = 401 if cell.operator else 403
        for token in (*STRANGERS, METRICS, LOCAL_TOKEN):
            expected = done if token and token == cell.operator else refused
            assert await post(client, path, order, token) == expected, (path, token)
        if cell.operator:
            assert await post(client, path, order, cell.operator) in (done, 200)


@each(RUNNING)
@pytest.mark.asyncio(loop_scope="module")
async def test_gallery_and_explain_are_the_operators(cell: Cell, client: Client) -> None:
    for token in (*STRANGERS, METRICS, LOCAL_TOKEN):
        may = cell.development or (bool(token) and token == cell.operator)
        refused = 401 if cell.operator else 403
        for target in (SMALL_EXPLAIN,) if may else (EXPLAIN, SIGNED_EXPLAIN):
            assert await get(client, target, token) == (200 if may else refused), (target, token)
        hidden = refused if token else 404
        assert await get(client, "/", token) == (200 if may else hidden), token
    if cell.operator:
        for target in ("/", SMALL_EXPLAIN, SIGNED_EXPLAIN):
            assert await get(client, target, cell.operator) == 200, target


STUDIO = (
    "/studio/",
    "/studio/assets/studio.js",
    "/studio/audit",
    "/studio/api/catalogue",
    "/studio/api/draw/article.png?title=Hi",
    "/studio/api/explain/article.png?title=Hi",
    "/studio/api/snippets/article.png?title=Hi",
)


@each(RUNNING)
@pytest.mark.asyncio(loop_scope="module")
async def test_the_studio_is_the_operators_and_else_not_there(cell: Cell, client: Client) -> None:
    for token in (*STRANGERS, METRICS, LOCAL_TOKEN):
        may = cell.development or (bool(token) and token == cell.operator)
        refused = 404 if not token else 401 if cell.operator else 403
        for target in (*STUDIO, "/studio/api/events"):
            if not (may and target in STUDIO[2:]):  # drawing is tried once, below
                assert await get(client, target, token) == (200 if may else refused), (target, token)
        assert await post(client, "/studio/api/pictures", {}, token) == (400 if may else refused), token
    if cell.operator or cell.development:
        assert [await get(client, target, cell.operator) for target in STUDIO] == [200] * len(STUDIO)


@each(RUNNING)
@pytest.mark.asyncio(loop_scope="module")
async def test_metrics_and_openapi_want_a_token_outside_development(cell: Cell, client: Client) -> None:
    for path in ("/metrics", "/openapi.json"):
        refused = 401 if cell.token else 403
        for token in (*STRANGERS, LOCAL_TOKEN):
            assert await get(client, path, token) == (200 if cell.development else refused), (path, token)
        for token in (TOKEN, METRICS):
            may = cell.development or cell.token
            assert await get(client, path, token) == (200 if may else 403), (path, token)


@each(RUNNING)
@pytest.mark.asyncio(loop_scope="module")
async def test_probes_are_open_and_the_origins_routes_are_not_there(cell: Cell, client: Client) -> None:
    assert [await get(client, path) for path in ("/healthz", "/readyz")] == [200, 200]
    for path in ("/render/article.png", "/fallback/article.png", "/store/article.png"):
        assert await get(client, path, cell.operator) == 404
