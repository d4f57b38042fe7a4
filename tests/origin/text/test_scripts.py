"""UAX #24: Common and Inherited characters join the script around them."""

from __future__ import annotations

import pytest

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
