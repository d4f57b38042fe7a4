"""`hyphens: auto` with Pyphen's dictionaries."""

from __future__ import annotations

import pyphen

from ...caching import ByteCache, remembered

MIN_WORD, MIN_BEFORE, MIN_AFTER = 5, 2, 2  # `hyphenate-limit-chars: auto`, as browsers take it
MAX_WORD = 100


DICTIONARY_BYTES = 2_000_000  # that one takes, roughly
_dictionaries: ByteCache[tuple[pyphen.Pyphen | None]] = ByteCache(
    "hyphenation", 8 << 20, lambda found: DICTIONARY_BYTES if found[0] else 0
)


def _dictionary(language: str) -> pyphen.Pyphen | None:
    return _dictionaries.get(language, lambda: (_load(language),))[0]


def _load(language: str) -> pyphen.Pyphen | None:
    found = pyphen.language_fallback(language.replace("-", "_"))
    return pyphen.Pyphen(lang=found, left=MIN_BEFORE, right=MIN_AFTER) if found else None


@remembered("hyphenated words", 2048, bytes_each=250)
def hyphenation_points(word: str, language: str) -> tuple[int, ...]:
    """Return the offsets in a word where the language allows a hyphen; none for languages not known."""
    if not MIN_WORD <= len(word) <= MAX_WORD:
        return ()
    dictionary = _dictionary(language)
    return tuple(int(at) for at in dictionary.positions(word)) if dictionary else ()
