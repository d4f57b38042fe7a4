"""Where lines may break: UAX #14 by ICU (with dictionaries for Thai, Lao, Khmer and Burmese), CSS on top.

`word-break`, `line-break`, `hyphens` and `white-space` add or take away opportunities (CSS Text 3 §5, §6).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Set
from dataclasses import dataclass

import pyphen
import regex
from icu4py.breakers import LineBreaker

from ...caching import ByteCache, remembered
from ...clusters import CLUSTER
from ...style.values.computed import ComputedStyle
from ..shaping.inline_content import NEWLINE, OBJECT, SOFT_HYPHEN, Content, ContentSource

_LETTERS = regex.compile(r"[\p{L}\p{N}\p{M}]")
_LANGUAGE = regex.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*+")
_WORD = regex.compile(r"[\p{L}\p{M}’']+")


@dataclass(slots=True, eq=False)
class Breaks:
    """Break opportunities, as rising offsets: a line may end before `offsets[i]`.

    `hyphens` holds the offsets that show a hyphen when used. Forced breaks are after each U+000A and not
    listed.
    """

    offsets: list[int]
    hyphens: frozenset[int]


def find_breaks(content: Content) -> Breaks:
    """Return the soft wrap opportunities of a content."""
    text = content.text
    offsets: set[int] = set()
    hyphens: set[int] = set()
    for start, end, style in _uniform_parts(content):
        if style.text_wrap_mode == "nowrap" and not _any_wraps(content):
            continue
        found = _tailored(text, style)
        offsets.update(_styled(text, start, end, style, found))
        if style.hyphens == "auto" and style.lang:
            points = _auto_hyphens(text, start, end, style)
            offsets |= points
            hyphens |= points
    if SOFT_HYPHEN in text:
        hyphens |= {at for at in offsets if text[at - 1] == SOFT_HYPHEN}
    if len(content.sources) == 1 and not content.boxes:  # all wraps, or nothing was looked for
        allowed = sorted(offsets) if content.sources[0].style.text_wrap_mode == "wrap" else []
    elif _all_wraps(content):
        allowed = sorted(offsets)
    else:
        allowed = sorted(at for at in offsets if _wraps_at(content, at))
    return Breaks(allowed, frozenset(hyphens))


def cluster_breaks(text: str, start: int, end: int) -> list[int]:
    """Return grapheme cluster boundaries strictly inside a stretch, for emergency breaks."""
    stretch = text[start:end]
    if stretch.isascii():
        return list(range(start + 1, end))
    bounds = []
    at = start
    for cluster in CLUSTER.findall(stretch):
        at += len(cluster)
        if at < end:
            bounds.append(at)
    return bounds


# --- UAX #14 -----------------------------------------------------------------------------------------


_breaks: ByteCache[frozenset[int]] = ByteCache("line breaks", 1 << 20, lambda breaks: 500 + 100 * len(breaks))


def _tailored(text: str, style: ComputedStyle) -> Set[int]:
    if text.isascii() and text.isprintable():  # of UAX #14's breaks the tailoring leaves but the end
        return tailor_ascii(text, (len(text),))
    locale = _locale(style)
    found = _breaks.get((text, locale), lambda: frozenset(tailor_ascii(text, icu_breaks(text, locale))))
    return found | _around_atomics(text) if OBJECT in text else found


def _around_atomics(text: str) -> set[int]:
    """Return the breaks before and after atomic inlines, whatever stands beside them (§5.1, as Chromium)."""
    return {at for match in _ATOMIC.finditer(text) for at in match.span() if 0 < at < len(text)} - {
        match.start() for match in _CLINGING.finditer(text)
    }


def icu_breaks(text: str, locale: str = "en") -> tuple[int, ...]:
    """Return UAX #14 break offsets, the end of the text included."""
    if not text:
        return ()
    breaker = LineBreaker(text, locale)
    if text.isascii() or max(text) < "\U00010000":
        return tuple(end for _, end in breaker.segments())
    ends = []
    at = 0
    for segment in breaker:  # ICU's own offsets count UTF-16 units
        at += len(segment)
        ends.append(at)
    return tuple(ends)


def _locale(style: ComputedStyle) -> str:
    language = style.lang if _LANGUAGE.fullmatch(style.lang) else "en"
    keywords = []
    if style.line_break in ("loose", "normal", "strict"):
        keywords.append(f"lb={style.line_break}")
    if style.word_break == "auto-phrase" and language.lower().startswith("ja"):
        keywords.append("lw=phrase")  # ICU's model of Japanese phrases; other languages break as normal
    return f"{language.replace('-', '_')}@{';'.join(keywords)}" if keywords else language


def _uniform_parts(content: Content) -> list[tuple[int, int, ComputedStyle]]:
    """Stretches of sources that break by the same rules."""
    parts: list[tuple[int, int, ComputedStyle]] = []
    for source in content.sources:
        if parts and _rules(parts[-1][2]) == _rules(source.style):
            parts[-1] = (parts[-1][0], source.end, parts[-1][2])
        else:
            parts.append((source.start, source.end, source.style))
    return parts


def _rules(style: ComputedStyle) -> tuple[object, ...]:
    return (
        style.lang, style.line_break, style.word_break, style.hyphens, style.white_space_collapse,
        style.text_wrap_mode,
    )  # fmt: skip


_ATOMIC = regex.compile(OBJECT)
_CLINGING = regex.compile(r"(?<=\ufffc)[ \t\n\p{M}\u200b]")  # what never begins a line by itself

# --- Chromium's tailoring --------------------------------------------------------------------------------

_BEFORE_BRACKET = frozenset('!"#%&)*+,.:;=>\\]|}~')  # a line may break between these and an opening bracket
_NOT_AFTER_HYPHEN = frozenset("!$),./0123456789:;?]}")
_NOT_AFTER_QUESTION = frozenset("!\"'),./:;?]}")


def tailor_ascii(text: str, found: Iterable[int]) -> set[int]:
    """Return the breaks as Chromium has them: always after spaces, and its own table between ASCII pairs.

    So URLs break after `?` and `-`, not after `/`, and ` !` may begin a line.
    """
    offsets = {at for at in found if at >= len(text) or not _is_ascii_pair(text, at)}
    for match in _ASCII_PAIRS.finditer(text) if _BREAKING.search(text) else ():
        for at in range(match.start() + 1, match.end()):
            if _ascii_break(text, at):
                offsets.add(at)
    offsets.update(match.end() for match in _SPACE_RUNS.finditer(text) if match.end() < len(text))
    return offsets


_ASCII_PAIRS = regex.compile(r"[!-~]{2,}")
_BREAKING = regex.compile(r"[-?(<\[{]")  # without any of these no pair breaks
_SPACE_RUNS = regex.compile(r"(?<![ \t])[ \t]++(?=[^ \t\n\u3000\u200b])")


def _is_ascii_pair(text: str, at: int) -> bool:
    return "!" <= text[at - 1] <= "~" and "!" <= text[at] <= "~"


def _ascii_break(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before == "-":
        if after.isdigit():  # a minus sign, unless it stands inside a word or number
            return at > 1 and text[at - 2].isascii() and text[at - 2].isalnum()
        return after not in _NOT_AFTER_HYPHEN
    if before == "?":
        return after not in _NOT_AFTER_QUESTION
    return after in "(<[{" and before in _BEFORE_BRACKET


# Characters of ASCII but those of `_BREAKING`, quotation marks, and letters among what they never break from.
_WIDE_MARKS = frozenset(("ja", "ko", "zh"))  # languages in which lines break beside quotation marks
_LETTER = "À-ÖØ-öø-ɏ"
_WHOLE_WORDS = re.compile(
    rf"(?:[ -')-,./-;=>@-Z\\-z|}}~\]]++|[‘’“”]++|(?<![^0-9A-Za-z{_LETTER} '‘’“”])[{_LETTER}]"
    rf"(?![^0-9A-Za-z{_LETTER} '‘’“”.,:;!)]))*+"
)


def breaks_at_spaces_alone(text: str, language: str) -> bool:
    """Whether a text for certain has no other breaks than after spaces: neither ICU's nor Chromium's."""
    if not text.isascii() and language[:2].lower() in _WIDE_MARKS:
        return False
    return _WHOLE_WORDS.fullmatch(text) is not None


# --- CSS ---------------------------------------------------------------------------------------------


def _styled(text: str, start: int, end: int, style: ComputedStyle, found: Iterable[int]) -> set[int]:
    """Apply `word-break`, `line-break: anywhere` and `break-spaces` to a stretch (§5.2, §5.3)."""
    length = len(text)
    inside = {at for at in found if start < at <= end and at < length and text[at - 1] != NEWLINE}
    if style.line_break == "anywhere":
        return inside | set(cluster_breaks(text, start, end)) | ({end} if end < length else set())
    if style.word_break == "break-all":
        inside |= {at for at in cluster_breaks(text, start, end) if _break_all(text[at - 1], text[at])}
    elif style.word_break == "keep-all":
        inside = {at for at in inside if not (_LETTERS.match(text[at - 1]) and _LETTERS.match(text[at]))}
    if style.white_space_collapse == "break-spaces":
        inside |= {at for at in range(start + 1, min(end + 1, length)) if text[at - 1] in " \u3000"}
    return inside


# What `break-all` still keeps together: closing marks with what they close, opening ones with what they open.
_NEVER_BEFORE = regex.compile(
    r"[!\"%'),./:;?\]}…\p{Pe}\p{Pf}\p{M}\p{Z}\p{LB=CJ}\p{LB=NS}\p{LB=CL}\p{LB=EX}\p{LB=IN}]"
)
_NEVER_AFTER = regex.compile(r"[(\[{'\p{Ps}\p{Pi}\p{Z}]")
_AFTER_QUOTE, _AFTER_CURRENCY = frozenset("(<[{"), frozenset("%(<[{")


def _break_all(before: str, after: str) -> bool:
    """Whether `word-break: break-all` lets a line break between two characters (Chromium's table)."""
    if _NEVER_AFTER.match(before):
        return False
    if before == '"':
        return after in _AFTER_QUOTE
    if before in "$\\":
        return after in _AFTER_CURRENCY if before == "\\" else after == "%"
    if before == "-":
        return after.isascii() and after not in "!$),./:;?]}"
    if after in "$\\" and before in ",.:;":
        return False
    if after == "%" and before in "!%?":
        return True
    return _NEVER_BEFORE.match(after) is None


def _any_wraps(content: Content) -> bool:
    if content.block_style.text_wrap_mode == "wrap":
        return True
    return any(source.style.text_wrap_mode == "wrap" for source in content.sources)


def _all_wraps(content: Content) -> bool:
    styles = [content.block_style, *[source.style for source in content.sources]]
    styles += [box.style for box in content.boxes]
    return all(style.text_wrap_mode == "wrap" for style in styles)


def _wraps_at(content: Content, at: int) -> bool:
    """Whether the nearest box that holds both sides of an offset wraps (§5.1)."""
    sources = content.sources
    number = bisect_right(sources, at - 1, key=_start) - 1
    style_before = sources[number].style
    if at < sources[number].end:
        return style_before.text_wrap_mode == "wrap"
    before = sources[number].box
    after = sources[number + 1].box if number + 1 < len(sources) else -1
    boxes = content.boxes
    if before == after:
        return (content.style_of(before) if before >= 0 else style_before).text_wrap_mode == "wrap"
    while before != after:
        depth_before = boxes[before].depth if before >= 0 else -1
        depth_after = boxes[after].depth if after >= 0 else -1
        if depth_before >= depth_after:
            before = boxes[before].parent
        else:
            after = boxes[after].parent
    return content.style_of(before).text_wrap_mode == "wrap"


def _start(source: ContentSource) -> int:
    return source.start


def _auto_hyphens(text: str, start: int, end: int, style: ComputedStyle) -> set[int]:
    points: set[int] = set()
    least, before, after = style.hyphenate_limit_chars
    for match in _WORD.finditer(text, start, end):
        length = match.end() - match.start()
        found = hyphenation_points(match.group(), style.lang) if length >= least else ()
        points.update(match.start() + at for at in found if before <= at <= length - after)
    return points


# --- `hyphens: auto` with Pyphen's dictionaries ---


MIN_BEFORE = MIN_AFTER = 2  # of the dictionaries
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
    if len(word) > MAX_WORD:
        return ()
    dictionary = _dictionary(language)
    return tuple(int(at) for at in dictionary.positions(word)) if dictionary else ()
