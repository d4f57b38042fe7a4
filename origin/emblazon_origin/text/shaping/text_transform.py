"""`text-transform`, with the language tailorings of CSS Text 3 §2.1."""

from __future__ import annotations

import unicodedata

import regex

from ...style.values.computed import ComputedStyle

_WORD_START = regex.compile(r"(?<![\p{L}\p{M}\p{N}’'])\p{L}\p{M}*")
_GREEK_TONOS = regex.compile("[\u0301\u0300\u0342]")


def apply_transform(text: str, style: ComputedStyle, before: str = "") -> str:
    """Return the text as `text-transform` shows it; `before` is the character that precedes it."""
    kind = style.text_transform
    if kind == "none":
        return text
    language = style.lang.lower().partition("-")[0]
    if kind == "uppercase":
        return _upper(text, language)
    if kind == "lowercase":
        return _lower(text, language)
    if kind == "full-width":
        return "".join(map(_full_width, text))
    return _capitalize(text, language, before)


def _upper(text: str, language: str) -> str:
    if language in ("tr", "az"):
        text = text.replace("i", "İ")
    elif language == "el":
        bare = _GREEK_TONOS.sub("", unicodedata.normalize("NFD", text))
        return unicodedata.normalize("NFC", bare.upper())
    elif language == "lt":
        text = text.replace("i\u0307", "i").replace("j\u0307", "j")
    return text.upper()


def _lower(text: str, language: str) -> str:
    if language in ("tr", "az"):
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower()


def _capitalize(text: str, language: str, before: str) -> str:
    def title(match: regex.Match[str]) -> str:
        letter = match.group()
        if match.start() == 0 and before and regex.match(r"[\p{L}\p{M}\p{N}’']", before):
            return letter
        if language in ("tr", "az") and letter == "i":
            return "İ"
        if language == "nl" and text[match.start() : match.start() + 2] == "ij":
            return "I"
        return letter.title()

    result = _WORD_START.sub(title, text)
    if language == "nl":
        result = regex.sub(r"(?<![\p{L}])Ij", "IJ", result)
    return result


def _full_width(character: str) -> str:
    if character == " ":
        return "\u3000"
    if "!" <= character <= "~":
        return chr(ord(character) + 0xFEE0)
    return {"¢": "￠", "£": "￡", "¬": "￢", "¯": "￣", "¦": "￤", "¥": "￥", "₩": "￦"}.get(
        character, character
    )
