"""`hyphens: auto` with Pyphen's dictionaries."""

from __future__ import annotations

from functools import lru_cache

import pyphen

MIN_WORD, MIN_BEFORE, MIN_AFTER = 5, 2, 2  # `hyphenate-limit-chars: auto`, as browsers take it
MAX_WORD = 100


@lru_cache(maxsize=16)
def _dictionary(language: str) -> pyphen.Pyphen | None:
    found = pyphen.language_fallback(language.replace("-", "_"))
    return pyphen.Pyphen(lang=found, left=MIN_BEFORE, right=MIN_AFTER) if found else None


@lru_cache(maxsize=4096)
def hyphenation_points(word: str, language: str) -> tuple[int, ...]:
    """Return the offsets in a word where the language allows a hyphen; none for languages not known."""
    if not MIN_WORD <= len(word) <= MAX_WORD:
        return ()
    dictionary = _dictionary(language)
    return tuple(int(at) for at in dictionary.positions(word)) if dictionary else ()
