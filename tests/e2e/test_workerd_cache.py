"""One card's way through the tiers, on workerd and on Pyodide 314."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from miniflare_state import kv_entries
from misbehaving_origin import EXPIRED_AT_ONCE, LIFE, STALE_AT_ONCE, MisbehavingOrigin
from PIL import Image
from waiting import wait_until
from workerd import ORIGIN_TOKEN, Workerd

pytestmark = pytest.mark.e2e


def size_of(response: httpx.Response) -> tuple[int, int]:
    """Decode the picture wholly and return its size."""
    image = Image.open(io.BytesIO(response.content))
    image.load()
    return image.size


def test_second_request_is_served_from_the_cache_api_with_the_origin_stopped(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    first = worker.card(title)
    assert first.status_code == 200
    assert "fwd=uri-miss; fwd-status=200; stored" in first.headers["cache-status"]
    assert size_of(first) == (1200, 630)
    origin.refuse()
    second = worker.card(title)
    assert second.headers["cache-status"].startswith("emblazon; hit; ttl=")
    assert "kv" not in second.headers["cache-status"]
    assert second.content == first.content
    assert len(origin.renders(title)) == 1


def test_another_isolate_serves_from_kv_with_the_origin_stopped(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    first = worker.card(title)
    wait_until(lambda: first.content in kv_entries(worker.state).values())
    origin.refuse()
    worker.restart()
    second = worker.card(title)
    assert second.headers["cache-status"].startswith("emblazon; hit; ttl=")
    assert "detail=kv" in second.headers["cache-status"]
    assert second.content == first.content
    wait_until(lambda: "kv" not in worker.card(title).headers["cache-status"])  # promoted


def test_stale_card_is_served_at_once_while_one_refresh_reaches_the_origin(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    origin.life = STALE_AT_ONCE
    first = worker.card(title)
    origin.life = LIFE
    origin.hold()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: worker.card(title), range(16)))
    assert {answer.content for answer in answers} == {first.content}
    assert all("stale-while-revalidate" in answer.headers["cache-status"] for answer in answers)
    origin.release()
    wait_until(lambda: worker.card(title).content != first.content)
    assert len(origin.renders(title)) == 2


def test_purge_by_url_makes_the_next_request_a_miss(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    first = worker.card(title)
    answer = worker.purge({"urls": [worker.card_url(title)]})
    assert answer.status_code == 202
    second = worker.card(title)
    assert "fwd=uri-miss" in second.headers["cache-status"]
    assert second.content != first.content
    assert len(origin.renders(title)) == 2


@pytest.mark.parametrize("what", [{"templates": ["article"]}, {"tags": ["news"]}, {"all": True}])
def test_purge_by_epoch_makes_the_next_request_a_miss(
    worker: Workerd, origin: MisbehavingOrigin, title: str, what: dict[str, object]
) -> None:
    worker.card(title)
    assert worker.purge(what).status_code == 202
    assert "fwd=uri-miss" in worker.card(title).headers["cache-status"]
    assert len(origin.renders(title)) == 2


def test_soft_purge_serves_the_old_card_and_refreshes_it(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    first = worker.card(title)
    assert worker.purge({"templates": ["article"], "soft": True}).status_code == 202
    second = worker.card(title)
    assert second.content == first.content
    assert "stale-while-revalidate" in second.headers["cache-status"]
    wait_until(lambda: worker.card(title).content != first.content)


def test_purge_needs_its_token(worker: Workerd, title: str) -> None:
    worker.card(title)
    wrong = worker.client.post(
        "/purge", json={"all": True}, headers={"Authorization": "Bearer wrong-token-wrong"}
    )
    assert wrong.status_code in (401, 403)
    assert "hit" in worker.card(title).headers["cache-status"]


def test_concurrent_misses_for_one_card_reach_the_origin_once(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    worker.card("warm-up")
    origin.seconds = 0.5
    with ThreadPoolExecutor(min(20, worker.crowd)) as pool:
        answers = list(pool.map(lambda _: worker.card(title), range(worker.crowd)))
    assert all(answer.status_code == 200 for answer in answers)
    assert len({answer.content for answer in answers}) == 1
    assert len(origin.renders(title)) == 1


def test_origin_is_asked_with_its_token_and_nothing_of_the_clients(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    worker.card(title, x_forwarded_host="evil.example", cookie="session=1", accept_language="de")
    (asked,) = origin.renders(title)
    assert asked.headers["authorization"] == f"Bearer {ORIGIN_TOKEN}"
    assert "cookie" not in asked.headers
    assert "x-forwarded-host" not in asked.headers
    assert "_sig" not in asked.target


def test_two_spellings_of_one_card_share_an_entry(
    worker: Workerd, origin: MisbehavingOrigin, title: str
) -> None:
    worker.card(title)
    query = f"theme=light&title=%{ord(title[0]):02x}{title[1:]}"
    other = worker.client.get(worker.signed("/og/article.png", query))
    assert "hit" in other.headers["cache-status"]
    assert len(origin.renders(title)) == 1


@pytest.mark.parametrize("extension", ["png", "jpg", "webp", "avif"])
def test_every_format_passes_through_unchanged(
    worker: Workerd, origin: MisbehavingOrigin, title: str, extension: str
) -> None:
    first = worker.card(title, extension=extension)
    assert first.headers["content-type"] == {"jpg": "image/jpeg"}.get(extension, f"image/{extension}")
    assert size_of(first) == (1200, 630)
    assert worker.card(title, extension=extension).content == first.content


def test_expired_card_is_fetched_anew(worker: Workerd, origin: MisbehavingOrigin, title: str) -> None:
    origin.life = EXPIRED_AT_ONCE
    first = worker.card(title)
    answers: list[httpx.Response] = []  # the old copy while the origin takes longer than one may wait

    def fetched() -> bool:
        answers.append(worker.card(title))
        return "fwd=stale" in answers[-1].headers["cache-status"]

    wait_until(fetched)
    assert answers[-1].content != first.content


def test_cron_trigger_runs(worker: Workerd, origin: MisbehavingOrigin, title: str) -> None:
    origin.life = "max-age=600, stale-while-revalidate=3600"  # sooner than EMBLAZON_REWARM_BEFORE
    first = worker.card(title)
    for _ in range(5):
        worker.card(title)

    def drawn_again() -> bool:
        worker.run_cron()  # anew, where the list of hot cards was not yet written
        return worker.card(title).content != first.content

    wait_until(drawn_again)
    assert "hit" in worker.card(title).headers["cache-status"]


def test_short_urls_are_made_and_served(worker: Workerd, title: str) -> None:
    made = worker.client.post(
        "/api/cards",
        json={"template": "article", "params": {"title": title}},
        headers={"Authorization": "Bearer purge-token-of-the-tests"},
    )
    assert made.status_code in (200, 201), made.text
    path = httpx.URL(made.json()["image_url"]).raw_path.decode()
    card = worker.client.get(path)
    assert card.status_code == 200
    assert size_of(card) == (1200, 630)
