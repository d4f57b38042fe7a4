"""Text of a parameter, made safe to draw and equal where it looks equal.

`clean_text` composes to NFC and, in time linear in the length, removes what has no place in a card:

| removed | why |
|---|---|
| U+202A–U+202E, U+2066–U+2069 | bidi embeddings, overrides, isolates: reorder what stands beside the text |
| U+0000–U+001F, U+007F–U+009F, except tab and line feed | control characters |
| U+180E, U+2061–U+2064, U+206A–U+206F, U+FEFF, U+FFF9–U+FFFB | invisible, deprecated or not for display |
| U+3164, U+FFA0, U+034F | fillers and joiners that draw nothing |
| U+FDD0–U+FDEF, U+nFFFE, U+nFFFF | not characters |
| U+E0000–U+E007F, except in a flag that begins with U+1F3F4 | tags |
| repeats of one of U+200B–U+200D, U+2060, U+FE00–U+FE0F | one is enough |
| combining marks after the 30th in a row | UAX #15 D4, Stream-Safe Text |

`cut_text` shortens without splitting what a reader sees as one character.

Kept because scripts need them: ZWJ and ZWNJ (emoji, Persian, Indic), ZWSP (Khmer, Thai), soft hyphen,
LRM, RLM, ALM, no-break spaces, variation selectors.
"""

from __future__ import annotations

import re
import unicodedata

MAX_MARKS = 30

# Patterns are compiled at their first use: most texts need none of them.

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)
_REMOVED = (
    "[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u180e\u2061-\u2064\u206a-\u206f\ufeff"
    "\ufff9-\ufffb\u3164\uffa0\u034f" + _NONCHARACTERS + "]+"
)
_TAGS = "(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0000-\U000e007f]+"
_REPEATS = "([\u200b-\u200d\u2060\ufe00-\ufe0f])\\1+"
_LINE_ENDS = "\r\n|[\r\x85\u2028\u2029]"
_BLANKS = "[\t\n]"
ELLIPSIS = "…"
# UAX #29: what goes on with the cluster before it although its category is not Mn, Mc or Me …
_EXTENDS = "[\u200c\u200d\u0e33\u0eb3\uff9e\uff9f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
_PREPENDED = "[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd]"
_LEADING, _MEDIAL, _FINAL = (
    "[\u1100-\u115f\ua960-\ua97c]",
    "[\u1160-\u11a7\ud7b0-\ud7c6]",
    "[\u11a8-\u11ff\ud7cb-\ud7fb]",
)
# … and pairs of Hangul letters that are one syllable.
_SYLLABLE = (
    f"{_LEADING}(?:{_LEADING}|{_MEDIAL}|[\uac00-\ud7a3])|(?:{_MEDIAL}|[\uac00-\ud7a3])(?:{_MEDIAL}|{_FINAL})"
    f"|{_FINAL}{_FINAL}"
)
# The letters of India and its neighbours, which a virama joins to the one before.
_JOINED = (
    "[\u0904-\u0939\u0958-\u0961\u0971-\u0dff\u1000-\u109f\u1700-\u1cff\ua800-\uabff\U00011000-\U00011fff]"
)
_VIRAMA = 9  # canonical combining class: joins two consonants


def clean_text(text: str, *, multiline: bool = False) -> str:
    """Return `text` in NFC without the characters of the table above.

    Line ends (CR, CR LF, NEL, U+2028, U+2029) become `\\n` and tabs stay where `multiline`; else each
    becomes a space. Lone surrogates are the caller's to refuse.
    """
    if text.isascii() and text.isprintable():
        return text
    text = re.sub(_LINE_ENDS, "\n", text)
    if not multiline:
        text = re.sub(_BLANKS, " ", text)
    text = re.sub(_REMOVED, "", text)
    text = re.sub(_TAGS, lambda match: match[1] or "", text)
    text = re.sub(_REPEATS, r"\1", text)
    # Before NFC: its reordering of marks takes time that is quadratic in the length of a run.
    text = _limit_marks(text)
    return unicodedata.normalize("NFC", text)


def _limit_marks(text: str) -> str:
    if len(text) <= MAX_MARKS or text.isascii():
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def cut_text(text: str, length: int) -> str:
    """Return `text` in at most `length` code points: cut between grapheme clusters, with `…` at its end.

    The rules of UAX #29 as far as `unicodedata` tells them; where it cannot tell, it cuts earlier.
    """
    if len(text) <= length:
        return text
    end = length - 1
    while end > 0 and _is_within_cluster(text, end):
        end -= 1
    return text[: end or max(0, length - 1)].rstrip() + ELLIPSIS


def _is_within_cluster(text: str, index: int) -> bool:
    before, after = text[index - 1], text[index]
    if before < "\u0300" and after < "\u0300":
        return False
    if unicodedata.category(after)[0] == "M" or re.match(_EXTENDS, after):
        return True
    if before == "\u200d" or re.match(_PREPENDED, before):
        return True
    if unicodedata.combining(before) == _VIRAMA and re.match(_JOINED, after):
        return True
    if _is_flag_letter(before) and _is_flag_letter(after):
        start = index
        while start > 0 and _is_flag_letter(text[start - 1]):
            start -= 1
        return (index - start) % 2 == 1
    return re.match(_SYLLABLE, before + after) is not None


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
