"""Pages of the fuzzer, the same in every run of the tests, and every kind of page that was found before.

A page of less than 100 KB is drawn or refused: never another exception, more than two seconds of computing (by a
yardstick, which takes its time on a busy machine too) or more than 300 MB.
"""

from __future__ import annotations

import pytest

from . import fonts
from .__main__ import fuzz
from .harness import Outcome, draw, fault_of
from .hostile import PAGES

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_ends_as_a_card_or_a_refusal(name: str) -> None:
    page = PAGES[name]()
    assert fault_of(page) == ""


@pytest.mark.parametrize("kind", fonts.KINDS)
def test_damaged_fonts_cost_the_font_at_most(kind: str) -> None:
    assert draw(fonts.page(fonts.sample(kind))).findings == ()
    faults = {seed: fault_of(fonts.page(fonts.damaged(kind, seed))) for seed in range(25)}
    assert {seed: fault for seed, fault in faults.items() if fault} == {}


def test_pages_of_the_fuzzer_are_at_no_fault() -> None:
    assert fuzz(seed=20261127, pages=300) == []


def test_faults_are_noticed() -> None:
    assert Outcome("defect", "boom").fault(1.0) == "defect: boom"
    assert "2.5 s" in Outcome("card", seconds=2.5).fault(1.0)
    assert Outcome("card", seconds=2.5).fault(2.0) == ""
    assert Outcome("refused", megabytes=301).fault(1.0) == "301 MB"
