"""Cards as they are kept: bounds, lives, frames, headers."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from emblazon.contract.schema import CacheLife, TemplateSpec
from emblazon_origin.server import headers
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.server.headers import FinishedCard
from emblazon_origin.server.memory import CardCache, Shares
from emblazon_origin.server.origin_server import OriginServer
from emblazon_origin.workers.job import Job, JobResult, RendererSpec

SPEC = TemplateSpec("article", "v1", {}, tags=("news", "eu"))
LIFE = CacheLife(300, 86_400, 604_800)


def card(data: bytes = b"png", at: float = 0.0, *, quick: bool = False, **result: object) -> FinishedCard:
    made = JobResult(data, "image/png", 1200, 630, **result)  # type: ignore[arg-type]
    return FinishedCard.from_result(made, "v1", at, quick=quick)


def test_the_cache_never_holds_more_than_its_bytes() -> None:
    cards = CardCache(10_000, clock=lambda: 0)
    for number in range(50):
        cards.put(str(number), card(b"x" * 1000))
    assert cards.bytes <= 10_000
    assert cards.evictions == 50 - len(cards)
    assert cards.get("49", 1, 1)
    cards.put("huge", card(b"x" * 20_000))
    assert cards.get("huge", 1, 1) is None
    assert cards.get("49", 1, 1)


def test_a_card_without_remote_files_never_goes_stale() -> None:
    cards = CardCache(10_000, clock=lambda: 1e9)
    cards.put("k", card())
    assert cards.get("k", 300, 60)


def test_a_card_with_remote_files_is_drawn_again_after_its_max_age() -> None:
    now = [0.0]
    cards = CardCache(10_000, clock=lambda: now[0])
    cards.put("k", card(fetches={"ok": 1}))
    now[0] = 299
    assert cards.get("k", 300, 60)
    now[0] = 300
    assert cards.get("k", 300, 60) is None


def test_a_degraded_card_is_drawn_again_soon() -> None:
    now = [0.0]
    cards = CardCache(10_000, clock=lambda: now[0])
    cards.put("k", card(degraded=True))
    now[0] = 60
    assert cards.get("k", 300, 60) is None


def test_the_sweep_drops_what_is_a_day_old() -> None:
    cards = CardCache(10_000, clock=lambda: 100_000)
    cards.put("old", card(at=1.0))
    cards.put("new", card(at=99_000.0))
    assert cards.sweep() == 1
    assert cards.get("new", 1, 1)


def test_the_shares_stay_within_the_budget() -> None:
    for workers in (1, 2, 16):
        shares = Shares.of(1 << 30, workers)
        assert shares.rendered + workers * shares.per_worker <= 3 << 28


async def test_the_process_for_small_encodings_has_its_share_of_the_budget_too() -> None:
    spec = RendererSpec("none:none", {})
    for small, processes in ((True, 3), (False, 2)):
        config = OriginConfig(workers=2, small_encoding=small, memory_budget=600 << 20)
        options = OriginServer(config, spec).pool.supervisor.spec.options
        assert options["cache_bytes"] * processes == 300 << 20


def test_a_card_survives_its_frame_and_a_damaged_frame_is_no_card() -> None:
    kept = card(b"\0\1png", 5.0, quick=True, fetches={"ok": 1})
    frame = kept.to_bytes()
    assert FinishedCard.from_bytes(frame) == kept
    for broken in (b"", frame[:-1], frame + b"x", frame[:9], frame.replace(b"png", b"gnp"), b"\0" * 40):
        assert FinishedCard.from_bytes(broken) is None


@pytest.mark.parametrize(
    ("kept", "client", "cdn"),
    [
        (card(), 300, 300),
        (card(quick=True), 300, 10),
        (card(degraded=True), 60, 60),
        (card(degraded=True, quick=True), 60, 60),
    ],
)
def test_lives(kept: FinishedCard, client: int, cdn: int) -> None:
    lives = headers.lives(kept, LIFE, quick_max_age=10, degraded_max_age=60)
    assert (lives[0].max_age, lives[1].max_age) == (client, cdn)
    assert lives[0].stale_if_error == 604_800


def test_a_short_life_of_the_template_is_never_lengthened() -> None:
    short = CacheLife(5, 5, 5)
    assert headers.lives(card(quick=True), short, quick_max_age=10, degraded_max_age=60)[1] == short
    assert headers.lives(card(degraded=True), short, quick_max_age=10, degraded_max_age=60)[0] == short


def test_headers_never_switch_stale_serving_off() -> None:
    fields = dict(headers.card_headers(card(), SPEC, LIFE, LIFE, immutable=False))
    for directive in ("s-maxage", "must-revalidate", "proxy-revalidate", "no-cache"):
        assert directive not in fields["Cache-Control"] + fields["CDN-Cache-Control"]
    assert fields["Cache-Tag"] == "template:article,tag:news,tag:eu"


def test_a_pinned_card_is_immutable_unless_degraded() -> None:
    pinned = dict(headers.card_headers(card(), SPEC, LIFE, LIFE, immutable=True))
    assert pinned["Cache-Control"] == "public, max-age=31536000, immutable"
    degraded = dict(headers.card_headers(card(degraded=True), SPEC, LIFE, LIFE, immutable=True))
    assert "immutable" not in degraded["Cache-Control"]


def test_cache_in_between_keeps_what_cannot_change_and_no_other_version() -> None:
    wanted = f"title=Hi&_cb={card().template_version[:16]}.abc"
    assert headers.shared_life(card(), wanted) == [
        ("Cloudflare-CDN-Cache-Control", "public, max-age=2592000")
    ]
    for changing in (card(quick=True), card(degraded=True), replace(card(), remote=True)):
        assert headers.shared_life(changing, wanted) == []
    assert headers.shared_life(card(), "title=Hi&_cb=0123456789abcdef.abc") == [], "a deployment is under way"
    assert headers.shared_life(card(), "title=Hi") == []


def test_entity_tags_compare_weakly_in_lists_and_with_a_star() -> None:
    etag = card().etag
    assert etag == f'"{hashlib.sha256(b"png").hexdigest()[:32]}"'
    assert headers.matches(f'"x", W/{etag}', etag)
    assert headers.matches("*", etag)
    assert not headers.matches('"x"', etag)
    assert not headers.matches("", etag)


def test_jobs_survive_json_with_lists_as_tuples() -> None:
    job = Job("card", "article", {"tags": ("a", "b"), "n": 1.5, "ok": True}, 1200, 630, "png", max_bytes=5)
    import orjson

    assert Job.from_header(orjson.loads(orjson.dumps(job.to_header()))) == job
