"""What is taken out of text before shaping, so that hostile input stays cheap and legible.

| taken out | why |
|---|---|
| C0 and C1 controls but tab, line feed and carriage return; U+007F | draw nothing, break shaping runs |
| line and paragraph separators U+2028, U+2029 | browsers draw nothing for them and do not break there |
| lone surrogates, noncharacters (U+FDD0–U+FDEF, U+xxFFFE, U+xxFFFF) | not text |
| interlinear annotation U+FFF9–U+FFFB, deprecated format controls U+206A–U+206F | draw nothing |
| combining marks beyond the 32nd on one base | "zalgo": unbounded ink and time |
| zero-width characters (joiners, variation selectors, fillers) beyond the 8th in a row | unbounded clusters |
| bidi controls beyond the 125th open level | UAX #9 ignores them as well (max_depth) |

Bidi embeddings, overrides and isolates are kept, since authors of right-to-left text need them; UAX #9
closes them at the end of the paragraph, so that they never leak into another element.
"""

from __future__ import annotations

import re

import regex

MAX_MARKS = 32
MAX_ZERO_WIDTH = 8
_NEVER = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\u206a-\u206f"
    + "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(17))
)
_ZERO_WIDTH = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_BAD = re.compile(rf"[{_NEVER}]")
_MARKS = regex.compile(rf"((?:\p{{M}}[{_ZERO_WIDTH}]*){{{MAX_MARKS}}})(?:\p{{M}}[{_ZERO_WIDTH}]*)+")
_FILLERS = re.compile(rf"([{_ZERO_WIDTH}]{{{MAX_ZERO_WIDTH}}})[{_ZERO_WIDTH}]+")
_PLAIN = re.compile(
    r"[\t\n\r\x20-\x7e\xa0-\u02ff\u0370-\u03ff\u0400-\u0482\u2010-\u2027\u3000-\u3029\u3040-\u3096\u4e00-\u9fff]*+"
)


def sanitize(text: str) -> tuple[str, int]:
    """Return the text without what the table names, and how many characters went."""
    if _PLAIN.fullmatch(text):
        return text, 0
    clean = _BAD.sub("", text)
    clean = _FILLERS.sub(r"\1", clean)
    clean = _MARKS.sub(r"\1", clean)
    return clean, len(text) - len(clean)
