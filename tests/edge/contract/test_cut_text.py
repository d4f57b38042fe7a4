"""Text that is too long is cut where a reader sees a gap: never inside a grapheme cluster."""

from __future__ import annotations

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from emblazon.contract.schema import ParamSpec
from emblazon.contract.text import clean_text, cut_text
from emblazon.contract.values import check_value, fit_value

CLUSTER = regex.compile(r"\X")
SAMPLES = (
    "👩‍🚀👨🏽‍💻👨‍👩‍👧‍👦", "🇯🇵🇩🇪🇧🇷🇫🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿x", "e\u0301e\u0301\u0316e", "नमस्ते क्षत्रिय", "กำลังใจ", "한글각", "1️⃣2️⃣",
    "❤️‍🔥", "مرحبًا بالعالم", "မြန်မာ", "தமிழ்", "가각힣ᆨᆨ", "ﾊﾞﾊﾟ",
)  # fmt: skip
ALPHABET = sorted({character for sample in SAMPLES for character in sample} | set("ab …"))


def assert_well_cut(text: str, length: int) -> None:
    cut = cut_text(text, length)
    if len(text) <= length:
        assert cut == text
        return
    assert len(cut) <= length
    assert cut.endswith("…")
    kept = cut[:-1]
    assert text.startswith(kept)
    ends = {match.end() for match in CLUSTER.finditer(text)} | {0}
    longest = len(next(CLUSTER.finditer(text))[0])
    rest = text[len(kept) :]
    gap = len(rest) - len(rest.lstrip())
    assert any(end in ends for end in range(len(kept), len(kept) + gap + 1)) or longest >= length


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_length_of_a_sample_ends_between_clusters(sample: str) -> None:
    for length in range(1, len(sample) + 1):
        assert_well_cut(sample, length)


@example("1\u094d1\u103a1", 4)  # a virama between digits joins nothing
@given(st.text(st.sampled_from(ALPHABET), max_size=40), st.integers(1, 40))
def test_any_text_is_cut_between_clusters(text: str, length: int) -> None:
    assert_well_cut(clean_text(text), length)


@given(st.text(max_size=80), st.integers(1, 30))
def test_fitted_text_passes_the_strict_check_unchanged(text: str, length: int) -> None:
    spec = ParamSpec("title", max_length=length)
    if "\0" in text:
        return
    value, _ = fit_value(spec, text)
    assert check_value(spec, value) == value
    items = ParamSpec("authors", type="list", max_length=length)
    kept, _ = fit_value(items, text)
    assert check_value(items, kept) == kept


def test_one_endless_cluster_is_cut_all_the_same() -> None:
    assert len(cut_text("a" + "\u0301" * 20, 10)) == 10
