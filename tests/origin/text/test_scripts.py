"""UAX #24: Common and Inherited characters join the script around them."""

from __future__ import annotations

import random

import pytest
import regex

from emblazon_origin.text.shaping import scripts
from emblazon_origin.text.shaping.scripts import script_runs


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("abc 123", [("abc 123", "Latn")]),
        ("ab шг", [("ab ", "Latn"), ("шг", "Cyrl")]),
        ("e\u0301ש\u05b0", [("e\u0301", "Latn"), ("ש\u05b0", "Hebr")]),
        ("a (ש) b", [("a (", "Latn"), ("ש", "Hebr"), (") b", "Latn")]),
        ("שלום 「引」 1", [("שלום ", "Hebr"), ("「引」 1", "Hani")]),
        ("日本テスト。", [("日本", "Hani"), ("テスト。", "Kana")]),
        ("「", [("「", "Zyyy")]),
        ("", []),
    ],
)
def test_script_runs(text: str, runs: list[tuple[str, str]]) -> None:
    assert [(text[start:end], script) for start, end, script in script_runs(text)] == runs


def test_many_brackets_stay_linear() -> None:
    text = "(א「" * 20_000
    assert sum(end - start for start, end, _ in script_runs(text)) == len(text)


def test_texts_of_one_script_have_the_runs_that_resolving_every_character_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    letters = "аяґ αωά ก์เ अर्थ 가힣ㄱ 漢字々〇 ابتَ אבּ 0 (]-_~ a é ー 、 ・ \u0301 \u0964"
    chance = random.Random(2)  # noqa: S311 - no secret
    parts = [part for part in letters.split(" ") if part]
    texts = [
        "".join(chance.choices(chance.choice(parts) + " 1(.", k=chance.randint(1, 8)))
        + "".join(chance.choices("".join(parts), k=chance.choice((0, 0, 1, 4))))
        for _ in range(3000)
    ]
    quick = [scripts.script_runs(text) for text in texts]
    monkeypatch.setattr(scripts, "_ALONE", regex.compile("(?!)"))
    assert quick == [scripts.script_runs(text) for text in texts]
