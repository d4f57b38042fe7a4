"""The Cloudflare adapters pass the suite of every adapter, from inside a workerd and inside Pyodide 314."""

from __future__ import annotations

import hashlib

import pytest
from adapter_conformance import CACHE_CHECKS, KV_CHECKS, Check
from edge_probe import ask, serve
from misbehaving_origin import STALE_AT_ONCE, Behaviour, MisbehavingOrigin
from waiting import busy, wait_until
from workerd import PyodideHost, Workerd

pytestmark = pytest.mark.e2e


def portable(checks: dict[str, Check]) -> list[str]:
    """Names of the checks that do not move the clock, which no one can on workerd."""
    return [name for name, check in checks.items() if not getattr(check, "needs_clock", False)]


@pytest.mark.parametrize("check", portable(KV_CHECKS))
def test_kv(host: Workerd, check: str) -> None:
    assert ask(host, f"/kv/{check}") == {"passed": check}


@pytest.mark.parametrize("check", portable(CACHE_CHECKS))
def test_cache(host: Workerd, check: str) -> None:
    assert ask(host, f"/cache/{check}") == {"passed": check}


def test_origin_answer_is_whole_and_inspected_without_its_bytes(
    host: Workerd, origin: MisbehavingOrigin
) -> None:
    answer = ask(host, "/origin/manifest.json")
    assert (answer["status"], answer["type"]) == (200, "application/json")
    assert bytes.fromhex(answer["head"]).startswith(b"{")
    assert len(answer["sha256"]) == hashlib.sha256().digest_size * 2
    assert origin.asked[-1].headers["x-probe"] == "1"


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [("hang", "timeout"), ("drip", "timeout"), ("truncate", "truncated"), ("chunked-truncate", "truncated")],
)
def test_incomplete_answer_is_an_origin_error(
    host: Workerd, origin: MisbehavingOrigin, behaviour: Behaviour, reason: str
) -> None:
    origin.behaviour = behaviour
    assert ask(host, "/origin/render/article.png") == {"error": reason}


def test_refused_connection_is_an_origin_error(host: Workerd, origin: MisbehavingOrigin) -> None:
    origin.refuse()
    assert ask(host, "/origin/render/article.png")["error"] in ("refused", "network")


def test_redirects_are_not_followed(host: Workerd, origin: MisbehavingOrigin) -> None:
    origin.behaviour = "redirect"
    assert ask(host, "/origin/render/article.png")["status"] == 302


def test_budget_of_kv_operations_and_of_bytes_in_python(
    host: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    serve(host, "warm-up")
    miss = serve(host, title)
    assert "uri-miss" in miss["headers"]["cache-status"]
    assert (miss["costs"]["kv.get"], miss["costs"]["kv.put"]) == (1, 1)
    assert "bytes read" not in miss["costs"]
    hit = serve(host, title)
    assert hit["headers"]["cache-status"].startswith("emblazon; hit")
    assert hit["costs"] == {"cache.match": 1}
    elsewhere = serve(host, title, "elsewhere")
    assert "detail=kv" in elsewhere["headers"]["cache-status"]
    assert elsewhere["costs"] == {"cache.match": 1, "kv.get": 1, "cache.put": 1}
    assert miss["length"] == hit["length"] == elsewhere["length"] > 1000


@pytest.mark.parametrize(
    "fault",
    [
        "kv.get=raise",
        "kv.get=hang",
        "kv.put=raise",
        "kv.put=429&cut off",
        "cache.match=raise",
        "cache.match=hang",
        "cache.put=raise",
        "kv.get=raise&kv.put=raise&cache.match=raise&cache.put=raise",
    ],
)
def test_broken_tier_costs_no_card(host: Workerd, origin: MisbehavingOrigin, title: str, fault: str) -> None:
    serve(host, "warm-up")
    answer = serve(host, title, fault)
    assert (answer["status"], answer["headers"]["content-type"]) == (200, "image/png")
    assert "x-emblazon-fallback" not in answer["headers"]
    assert answer["length"] == int(answer["headers"]["content-length"]) > 1000
    took = answer["took"]
    assert took < busy(5 + 2, took)  # the cache's own time-out, where that is what hangs
    if "cache.put" in fault:
        assert "stored" not in answer["headers"]["cache-status"]


def test_hanging_kv_is_skipped_in_time_for_the_other_tiers(
    host: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    first = serve(host, title)
    again = serve(host, title, "kv.get=hang")
    assert again["headers"]["cache-status"].startswith("emblazon; hit")
    assert again["length"] == first["length"]
    assert again["took"] < busy(1, again["took"])


@pytest.mark.parametrize("skew", [300, -300])
def test_wrong_clock_makes_no_negative_age(
    host: Workerd, origin: MisbehavingOrigin, title: str, skew: int
) -> None:
    serve(host, title)
    answer = serve(host, title, f"skew={skew}")
    assert answer["status"] == 200
    assert int(answer["headers"]["age"]) >= 0


def test_refresh_that_was_cut_off_leaves_no_stuck_lease(
    host: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    origin.life = STALE_AT_ONCE
    serve(host, title)
    origin.hold()
    serve(host, title, "cut off")
    assert len(origin.renders(title)) == 2, "the refresh had begun"
    origin.release()
    serve(host, title)
    assert len(origin.renders(title)) == 3


def test_open_breaker_spares_later_requests_the_wait_and_closes_again(
    host: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    settings = "EMBLAZON_BREAKER_FAILURES=1&EMBLAZON_BREAKER_OPEN=600&EMBLAZON_ORIGIN_TIMEOUT=3"
    serve(host, "warm-up", f"new isolate&{settings}")
    origin.behaviour = "hang"
    assert serve(host, title, settings)["took"] >= 3
    asked = len(origin.renders())
    spared = serve(host, f"{title}-spared", settings)
    assert spared["headers"]["x-emblazon-fallback"]
    assert spared["took"] < 3
    assert len(origin.renders()) == asked
    origin.behaviour = "draw"
    later = serve(host, title, f"{settings}&skew=601")
    assert "x-emblazon-fallback" not in later["headers"]
    serve(host, "warm-up", "new isolate")


def test_background_errors_are_logged_not_lost(host: Workerd, title: str) -> None:
    ask(host, f"/background/{title}")
    wait_until(lambda: f"background work of {title}" in host.log.read_text())


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ("", "EMBLAZON_SIGNING_KEYS"),
        ("EMBLAZON_SIGNING=off", "EMBLAZON_ORIGIN_URL"),
        ("EMBLAZON_SIGNING=off&EMBLAZON_ORIGIN_URL=http://127.0.0.1:1", "EMBLAZON_KV"),
        ("EMBLAZON_SIGNING=off&EMBLAZON_ORIGIN_URL=nonsense", "EMBLAZON_ORIGIN_URL"),
    ],
)
def test_wrong_configuration_is_said_at_the_first_request(
    host: Workerd, settings: str, variable: str
) -> None:
    answer = ask(host, f"/misconfigured/og/article.png?{settings}")
    assert answer["status"] == 500
    assert answer["body"]["detail"].startswith(f"{variable} ")


def test_busy_isolate_does_not_blame_its_tiers(host: Workerd, title: str) -> None:
    assert ask(host, f"/starved/{title}") == {"found": False}


def test_clock_and_randomness(host: Workerd) -> None:
    answer = ask(host, "/platform")
    assert answer["timed_out"]
    assert answer["waited"] < 5
    assert answer["off by"] < 1
    assert all(0 < number <= 1 for number in answer["uniform"])
    assert len(set(answer["uniform"])) == 100
    assert len(set(answer["tokens"])) == 100
    assert all(len(token) == 32 and int(token, 16) >= 0 for token in answer["tokens"])


def test_environment_is_found_without_what_is_private_in_the_sdk(host: Workerd) -> None:
    if not isinstance(host, PyodideHost):
        pytest.skip("the pinned runtime has no SDK")
    assert ask(host, "/environment/x") == {"has kv": True}
