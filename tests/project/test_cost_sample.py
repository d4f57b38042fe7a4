"""The sample of `python -m bench.cost` is like the month that it stands for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from bench.cost.__main__ import BLOG, WARM
from bench.cost.month import Plan, Sample

SAMPLES = (2_000, 8_000, 20_000, 30_000, 45_000, 60_000, 77_777, 100_000, 150_000, 1_000_000)


@pytest.mark.parametrize("size", SAMPLES)
@pytest.mark.parametrize("plan", [WARM, BLOG, replace(WARM, remote=0.37)], ids=["warm", "blog", "odd"])
def test_sample_of_any_size_has_the_share_of_remote_cards(plan: Plan, size: int) -> None:
    cards = Sample.of(replace(plan, sample=size)).cards
    for some in (cards, cards[: len(cards) // 2]):  # among the popular ones too
        remote = sum(card.startswith("/og/remote.") for card in some)
        assert abs(remote - plan.remote * len(some)) <= 1


@pytest.mark.parametrize("size", SAMPLES)
def test_sampled_cards_are_asked_for_as_often_as_in_the_whole_month(size: int) -> None:
    sample, whole = Sample.of(replace(WARM, sample=size)), Sample.of(replace(WARM, sample=WARM.requests))
    assert len(whole.cards) == WARM.cards
    assert whole.requests == WARM.requests
    assert len(set(sample.cards)) == len(sample.cards)
    assert sample.each * len(sample.cards) == pytest.approx(WARM.cards)
    rarest = sample.popularity[-1] - sample.popularity[-2]
    assert sample.requests * rarest / sample.popularity[-1] == pytest.approx(
        WARM.requests * (whole.popularity[-1] - whole.popularity[-2]) / whole.popularity[-1], rel=0.2
    )
