"""What cards, purges and cron cost in KV: counted inside a workerd and inside Pyodide 314."""

from __future__ import annotations

import pytest
from edge_probe import ask, serve
from misbehaving_origin import MisbehavingOrigin
from workerd import Workerd

pytestmark = pytest.mark.e2e

DAY = 86_400


def kv_of_cards(answer: dict[str, dict[str, int]]) -> dict[str, int]:
    """The operations that a card cost: epochs and hot lists are bounded by time, not by requests."""
    return {name: count for name, count in answer["kv"].items() if name.endswith(" card")}


def test_card_that_cannot_change_costs_one_read_and_one_write_in_its_life(
    host: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    origin.nature = "quick"
    serve(host, "warm-up")
    first = serve(host, title)
    assert first["kv"] == {"get card": 1, "put card": 1}
    for skew in (0, 60, 400, DAY, 20 * DAY):
        later = serve(host, title, f"skew={skew}")
        assert later["headers"]["cache-status"].startswith("emblazon; hit")
        assert kv_of_cards(later) == {}
    assert later["length"] < first["length"], "the small encoding has taken the quick one's place"
    elsewhere = serve(host, title, "elsewhere")
    assert kv_of_cards(elsewhere) == {"get card": 1}
    assert elsewhere["length"] == later["length"]
    assert len(origin.renders(title)) == 2


@pytest.mark.parametrize(("nature", "drawn"), [("remote", 1), ("quick, remote", 2)])
def test_refresh_of_an_unchanged_remote_card_writes_nothing(
    host: Workerd, origin: MisbehavingOrigin, title: str, nature: str, drawn: int
) -> None:
    origin.nature = nature
    serve(host, "warm-up")
    first = serve(host, title)
    assert first["kv"] == {"get card": 1, "put card": 1}
    for lives in (1, 2, 3):
        stale = serve(host, title, f"skew={lives * 310}")
        assert "stale-while-revalidate" in stale["headers"]["cache-status"]
        assert kv_of_cards(stale) == {"get card": 1}, "another data centre may have refreshed it"
        fresh = serve(host, title, f"skew={lives * 310}")
        assert fresh["headers"]["cache-status"].startswith("emblazon; hit; ttl=")
        assert (fresh["length"] < first["length"]) == ("quick" in nature)
    assert len(origin.renders(title)) == drawn + 3


def test_card_for_kv_at_its_second_request(host: Workerd, origin: MisbehavingOrigin, title: str) -> None:
    origin.nature = "quick"
    setting = "EMBLAZON_KV_ADMIT=second"
    serve(host, "warm-up", f"new isolate&{setting}")
    assert serve(host, title, setting)["kv"] == {"get card": 1}
    assert serve(host, title, setting)["kv"] == {"put card": 1}
    assert serve(host, title, setting)["kv"] == {}
    serve(host, "warm-up", "new isolate")


def test_idle_cron_costs_nothing(host: Workerd, origin: MisbehavingOrigin, title: str) -> None:
    serve(host, title)
    ask(host, "/cron")  # whatever there was to do
    for _ in range(3):
        assert ask(host, "/cron") == {"kv": {}}


def test_ten_thousand_purges_cost_little_and_leave_few_keys(
    host: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    serve(host, title)
    before = ask(host, f"/purge/{title}?start=0&count=1")["keys left"]
    for start in range(0, 10_000, 250):
        answer = ask(host, f"/purge/{title}x?start={start}&count=250")
        assert answer["status"] == 202
        deletes = answer["kv"].pop("delete card")
        assert deletes <= 200
        assert answer["kv"].pop("get epochs") <= 2, "one of it for the look that is due twice a minute"
        assert answer["kv"] == {"put purge": 1, "put epochs": 1}
    assert answer["keys left"] - before < 100
    assert serve(host, title)["headers"]["cache-status"].startswith("emblazon; hit"), "a bystander"
