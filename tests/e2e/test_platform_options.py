"""Every optional service of the platform, used when it is bound: on Pyodide 314 with the real SDK.

R2 is Miniflare's own; Analytics Engine, queue, rate limit and Workers Cache are stand-ins with the platform's
signatures, the zone's API a server on loopback.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from miniflare_state import kv_entries, r2_objects
from misbehaving_origin import MisbehavingOrigin
from waiting import wait_until
from workerd import PURGE_TOKEN, PyodideHost, worker_variables
from zone_api import TOKEN, ZONE, ZoneAPI

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def zone() -> Iterator[ZoneAPI]:
    zone = ZoneAPI()
    yield zone
    zone.close()


@pytest.fixture(scope="module")
def session_platform(
    session_origin: MisbehavingOrigin, zone: ZoneAPI, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PyodideHost]:
    variables = worker_variables(session_origin.url) | {
        "EMBLAZON_BLOB_ABOVE": "1000",
        "EMBLAZON_ZONE_ID": ZONE,
        "EMBLAZON_ZONE_TOKEN": TOKEN,
        "EMBLAZON_ZONE_API": zone.url,
    }
    host = PyodideHost(tmp_path_factory.mktemp("platform"), variables, platform=True)
    try:
        host.start()
        yield host
    finally:
        host.stop()


@pytest.fixture
def platform(session_platform: PyodideHost, zone: ZoneAPI, origin: MisbehavingOrigin) -> PyodideHost:
    zone.calls.clear()
    zone.failure = ""
    return session_platform


def test_large_card_lives_in_r2_and_is_served_from_there(
    platform: PyodideHost, origin: MisbehavingOrigin, title: str
) -> None:
    before = kv_entries(platform.state).keys()
    first = platform.card(title)
    assert len(first.content) > 1000
    wait_until(lambda: any(name.startswith("card/") for name in kv_entries(platform.state).keys() - before))
    assert first.content in r2_objects(platform.state)
    assert first.content not in kv_entries(platform.state).values()
    origin.refuse()
    platform.restart()
    second = platform.card(title)
    assert second.content == first.content
    assert "detail=kv" in second.headers["cache-status"]


def test_each_request_is_a_data_point(platform: PyodideHost, title: str) -> None:
    before = len(platform.recorded()["analytics"])
    platform.card(title)
    platform.card(title)
    wait_until(lambda: len(platform.recorded()["analytics"]) >= before + 2)
    points = platform.recorded()["analytics"][before:]
    assert len(points) == 2
    for point in points:
        assert set(point) == {"indexes", "blobs", "doubles"}
        assert "_sig" not in json.dumps(point)


def test_published_card_is_enqueued_and_drawn_before_anyone_asks(
    platform: PyodideHost, origin: MisbehavingOrigin, title: str
) -> None:
    publish(platform, title)
    message = platform.recorded()["queued"][-1]
    assert message["contentType"] == "text"
    assert platform.deliver([str(message["body"])]) == ["ack"]
    assert len(origin.renders(title)) == 1
    path = json.loads(str(message["body"]))["path"]
    assert "hit" in platform.client.get(path).headers["cache-status"]


def test_job_whose_origin_is_down_is_delivered_again(
    platform: PyodideHost, origin: MisbehavingOrigin, title: str
) -> None:
    publish(platform, title)
    message = str(platform.recorded()["queued"][-1]["body"])
    origin.refuse()
    assert platform.deliver([message, "no json"]) == ["retry", "ack"]


def publish(platform: PyodideHost, title: str) -> httpx.Response:
    """Register a card under a short URL."""
    answer = platform.client.post(
        "/api/cards",
        json={"template": "article", "params": {"title": title}},
        headers={"Authorization": f"Bearer {PURGE_TOKEN}"},
    )
    assert answer.status_code == 201, answer.text
    return answer


def test_rate_limit_binding_is_asked_for_each_client(platform: PyodideHost) -> None:
    headers = {"Authorization": f"Bearer {PURGE_TOKEN}", "CF-Connecting-IP": "192.0.2.66"}
    refused = platform.client.post("/purge", json={"all": True}, headers=headers)
    assert refused.status_code == 429
    assert "retry-after" in refused.headers
    assert platform.purge({"tags": ["news"]}).status_code == 202


def test_purge_reaches_workers_cache_and_zone_by_tag(
    platform: PyodideHost, zone: ZoneAPI, title: str
) -> None:
    tags = platform.card(title).headers["cache-tag"].split(",")
    answer = platform.purge({"templates": ["article"]})
    assert answer.status_code == 202
    assert answer.json()["tiers"]["workers_cache"] == "done"
    assert answer.json()["tiers"]["zone"] == "done"
    purged = platform.recorded()["cachePurges"][-1]["tags"]
    assert isinstance(purged, list)
    assert set(purged) <= set(tags)
    assert zone.calls == [{"tags": purged}]


def test_soft_purge_marks_stale_in_front_and_removes_nothing(platform: PyodideHost, zone: ZoneAPI) -> None:
    before = len(platform.recorded()["cachePurges"])
    answer = platform.purge({"templates": ["article"], "soft": True})
    assert answer.json()["tiers"]["workers_cache"] == answer.json()["tiers"]["zone"] == "done"
    assert len(platform.recorded()["cachePurges"]) == before
    assert zone.calls == []
    assert platform.recorded()["cacheInvalidations"][-1] == zone.invalidations[-1]


def test_regional_tier_is_the_platforms_cache_under_a_key_of_ours(
    platform: PyodideHost, origin: MisbehavingOrigin, title: str, tmp_path: Path
) -> None:
    regional = PyodideHost(
        tmp_path / "regional", platform.variables | {"EMBLAZON_REGIONAL_TIER": "1"}, platform=True
    )
    try:
        regional.start()
        tags = regional.card(title).headers["cache-tag"].split(",")
        fetched = [each for each in regional.recorded()["fetched"] if title in str(each["url"])]
    finally:
        regional.stop()
    assert fetched[0]["cf"] == {"cacheEverything": True, "cacheTags": tags}
    assert "&_cb=" in str(fetched[0]["url"])
    assert len(origin.renders(title)) == 1


def test_without_it_the_platforms_cache_stays_out(platform: PyodideHost, title: str) -> None:
    platform.card(title)
    (fetched,) = [each for each in platform.recorded()["fetched"] if title in str(each["url"])]
    assert fetched["cf"] == {"cacheTtl": -1}
    assert "_cb=" not in str(fetched["url"])


def test_purge_of_everything(platform: PyodideHost, zone: ZoneAPI) -> None:
    assert platform.purge({"all": True}).status_code == 202
    assert platform.recorded()["cachePurges"][-1] == {"purgeEverything": True}
    (call,) = zone.calls
    assert call.get("purge_everything") or call.get("tags")


def test_many_tags_are_purged_in_batches(platform: PyodideHost, zone: ZoneAPI) -> None:
    platform.purge({"tags": [f"tag-{number}" for number in range(70)]})
    sizes = [len(call["tags"]) for call in zone.calls if isinstance(call["tags"], list)]
    assert sizes == [30, 30, 30, 30, 20], "each name is purged as a template's tag and as a card's own"


def test_refusal_of_the_zone_is_said_in_the_receipt(platform: PyodideHost, zone: ZoneAPI) -> None:
    zone.failure = "Unable to purge by tag on this plan"
    before = platform.log.stat().st_size
    answer = platform.purge({"tags": ["news"]})
    assert answer.status_code == 202
    assert answer.json()["tiers"]["zone"].startswith("failed")
    wait_until(lambda: zone.failure in platform.log.read_bytes()[before:].decode())
    assert TOKEN not in platform.log.read_text()


def test_workers_cache_never_outlives_the_signature(platform: PyodideHost, title: str) -> None:
    expires_at = int(time.time()) + 100
    url = platform.signed("/og/article.png", f"title={title}", expires_at=expires_at)
    for name in ("cache-control", "cdn-cache-control"):
        control = platform.client.get(url).headers[name]
        for part in control.split(","):
            directive, _, seconds = part.strip().partition("=")
            if seconds:
                assert int(seconds) <= 100, f"{name}: {directive}"
        assert not {"s-maxage", "must-revalidate", "proxy-revalidate"} & {
            part.strip().partition("=")[0] for part in control.split(",")
        }
