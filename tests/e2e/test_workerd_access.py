"""Who may purge and publish on a real workerd: nobody without a token, signed or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from misbehaving_origin import MisbehavingOrigin
from workerd import PURGE_TOKEN, Workerd, worker_variables

from emblazon.contract.signing import LOCAL_TOKEN

pytestmark = pytest.mark.e2e

CELLS: dict[str, dict[str, str]] = {
    "keys, no token": {"EMBLAZON_PURGE_TOKEN": ""},
    "keys and token": {},
    "development": {
        "EMBLAZON_SIGNING_KEYS": "", "EMBLAZON_DEV": "1", "EMBLAZON_PURGE_TOKEN": LOCAL_TOKEN,
    },
}  # fmt: skip
ORDERS = (("/purge", {"all": True}), ("/api/cards", {"template": "article", "params": {"title": "a"}}))


@pytest.fixture(params=CELLS)
def cell(
    request: pytest.FixtureRequest,
    session_origin: MisbehavingOrigin,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Workerd, str]]:
    variables = worker_variables(session_origin.url) | CELLS[request.param]
    worker = Workerd(tmp_path_factory.mktemp("access"), variables)
    try:
        worker.start()
        yield worker, variables["EMBLAZON_PURGE_TOKEN"]
    finally:
        worker.stop()


def test_only_the_deployments_own_token_purges_and_publishes(cell: tuple[Workerd, str]) -> None:
    worker, own = cell
    for path, order in ORDERS:
        for sent in ("", LOCAL_TOKEN, PURGE_TOKEN):
            headers = {"Authorization": f"Bearer {sent}"} if sent else {}
            status = worker.client.post(path, json=order, headers=headers).status_code
            if own and sent == own:
                assert status in (201, 202)
            else:
                assert status == (401 if own else 403), (path, sent)
    unsigned = worker.client.get("/og/article.png?title=a")
    assert unsigned.status_code == (200 if own == LOCAL_TOKEN else 403)
