"""The script and digits of a text, and the language that it tells."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import chain

# First code point of each block group, in order; everything not listed is set like Latin.
_SCRIPT_RANGES = (
    (0, "latin"), (0x0590, "hebrew"), (0x0600, "arabic"), (0x0800, "latin"), (0x08A0, "arabic"),
    (0x0900, "indic"), (0x0E00, "thai"), (0x0F00, "indic"), (0x10A0, "latin"), (0x1780, "thai"),
    (0x1800, "latin"), (0x2E80, "cjk"), (0xA000, "latin"), (0xAC00, "cjk"), (0xD800, "latin"),
    (0xF900, "cjk"), (0xFB00, "latin"), (0xFB1D, "hebrew"), (0xFB50, "arabic"), (0xFE00, "latin"),
    (0xFE70, "arabic"), (0xFF00, "cjk"), (0x10000, "latin"), (0x20000, "cjk"),
)  # fmt: skip
_SCRIPT_STARTS = [start for start, _ in _SCRIPT_RANGES]


# Scripts that one language, or mostly one, is written in; kana and Hangul are looked for before Han.
_LANGUAGE_BLOCKS = (
    ("\u3040", "\u30ff", "ja"), ("\uac00", "\ud7af", "ko"), ("\u0590", "\u05ff", "he"),
    ("\u0600", "\u06ff", "ar"), ("\u0900", "\u097f", "hi"), ("\u0e00", "\u0e7f", "th"),
    ("\u4e00", "\u9fff", "zh"),
)  # fmt: skip


def script(value: str) -> str:
    """The group of scripts that most letters of a text are in; each group wants its own line height."""
    counts = Counter(_script_of(ord(character)) for character in value if character.isalpha())
    return max(counts, key=lambda name: counts[name]) if counts else "latin"


def _script_of(code: int) -> str:
    start = bisect_right(_SCRIPT_STARTS, code) - 1
    return _SCRIPT_RANGES[start][1]


_DIGITS = {
    "0": "latn", "٠": "arab", "۰": "arabext", "०": "deva", "০": "beng", "๐": "thai", "௦": "tamldec",
}  # fmt: skip


def with_digits(lang: str, texts: Iterable[str]) -> str:
    """The language with the digits that texts already use, as `ar-u-nu-arab` (UTS 35 §3.6.1).

    So that a date which a card writes and a price that its author wrote do not count in two scripts.
    """
    for character in chain.from_iterable(texts):
        if character.isdecimal():
            zero = chr(ord(character) - int(character))
            return f"{lang or 'en'}-u-nu-{_DIGITS[zero]}" if zero in _DIGITS else lang
    return lang


def language(value: str) -> str:
    """The language that a text's script tells (`ja ko he ar hi th zh`), "" where most letters are others."""
    if script(value) == "latin":
        return ""
    for first, last, lang in _LANGUAGE_BLOCKS:
        if any(first <= character <= last for character in value):
            return lang
    return ""
