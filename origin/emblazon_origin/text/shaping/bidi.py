"""The Unicode bidirectional algorithm, UAX #9 revision 15.1, laid out by rule.

    levels = resolve_levels(text, base)         # one level per character, of one paragraph (no L1)
    base = paragraph_level(text)                # P2, P3
    order = visual_order(levels)                # L2, on any sequence of levels (characters or runs)

Line breaking lies between the two, and L1 (trailing white space): `text/lines/draft.py` gives each line its
own. L4 (mirroring) is HarfBuzz's work when a run is shaped right to left.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex
from fontTools.unicodedata import Mirrored

from ...caching import remembered

MAX_DEPTH = 125  # BD2
MAX_BRACKETS = 63  # BD16
# Text without any of these has level 0 throughout in a left-to-right paragraph.
NEEDS_BIDI = regex.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_REMOVED = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "BN"})  # X9
_ISOLATES = frozenset({"LRI", "RLI", "FSI"})
_NEUTRAL = frozenset({"B", "S", "WS", "ON", "LRI", "RLI", "FSI", "PDI"})  # NI
_STRONG_RTL = frozenset({"R", "AL"})
# What has level 1 together, and level 2, in a right-to-left paragraph.
_READ_LEFTWARDS = frozenset({"R", "AL", "NSM", "WS", "ON", "CS", "ES", "ET"})
_READ_RIGHTWARDS = frozenset({"L", "EN", "AN"})


@remembered("bidi classes", 4096, bytes_each=100)
def bidi_class(character: str) -> str:
    """Return Bidi_Class, with Unicode's defaults for unassigned code points."""
    found = unicodedata.bidirectional(character)
    if found:
        return found
    code = ord(character)
    if 0x0600 <= code <= 0x08FF or 0xFB50 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFF:
        return "AL"
    if 0x10D00 <= code <= 0x10D3F or 0x10EC0 <= code <= 0x10EFF or 0x10F30 <= code <= 0x10F6F:
        return "AL"
    if 0x1EC70 <= code <= 0x1ECBF or 0x1ED00 <= code <= 0x1ED4F or 0x1EE00 <= code <= 0x1EEFF:
        return "AL"
    if 0x0590 <= code <= 0x05FF or 0xFB1D <= code <= 0xFB4F or 0x07C0 <= code <= 0x085F:
        return "R"
    if 0x10800 <= code <= 0x10FFF or 0x1E800 <= code <= 0x1EFFF:
        return "R"
    if 0x20A0 <= code <= 0x20CF:
        return "ET"
    return "BN" if code & 0xFFFE == 0xFFFE or 0xE0000 <= code <= 0xE0FFF else "L"


def uniform_level(text: str, base: int) -> int | None:
    """Return the level of all characters of a paragraph of level `base`, None where classes do not tell."""
    if not base:
        return None if NEEDS_BIDI.search(text) else 0
    kinds = set(map(bidi_class, set(text)))
    if kinds <= _READ_LEFTWARDS:
        return 1
    return 2 if kinds <= _READ_RIGHTWARDS else None


def paragraph_level(text: str, classes: Sequence[str] | None = None, default: int = 0) -> int:
    """P2, P3: the level of the first strong character outside isolates, else `default`."""
    depth = 0
    for kind in classes if classes is not None else map(bidi_class, text):
        if kind in _ISOLATES:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif depth == 0 and kind in ("L", "R", "AL"):
            return 0 if kind == "L" else 1
    return default


def resolve_levels(text: str, base: int, classes: Sequence[str] | None = None) -> list[int]:
    """Return the embedding level of each character of paragraphs whose level is `base`.

    Characters that X9 removes take the level of what stands before them.
    """
    if classes is None:
        if base == 0 and not NEEDS_BIDI.search(text):
            return [0] * len(text)
        classes = [bidi_class(character) for character in text]
    ends = [i + 1 for i, kind in enumerate(classes) if kind == "B" and i + 1 < len(classes)]
    levels: list[int] = []
    for start, end in pairwise([0, *ends, len(classes)]):  # P1
        levels.extend(_paragraph_levels(text[start:end], base, classes[start:end]))
    return levels


def _paragraph_levels(text: str, base: int, classes: Sequence[str]) -> list[int]:
    levels, kinds = _explicit(classes, base)
    for sequence in _isolating_runs(classes, kinds, levels, base):
        _weak(sequence)
        _brackets(sequence, text)
        _neutral(sequence)
        _implicit(sequence, levels)
    previous = base
    for i, kind in enumerate(classes):
        if kind in _REMOVED:
            levels[i] = previous
        previous = levels[i]
    return levels


# --- X1–X8: explicit levels and directions ------------------------------------------------------


def _explicit(classes: Sequence[str], base: int) -> tuple[list[int], list[str]]:
    stack: list[tuple[int, str, bool]] = [(base, "", False)]  # level, override, isolate (X1)
    overflow_isolates = overflow_embeddings = valid_isolates = 0
    matches = _matching_pdi(classes) if any(kind in _ISOLATES for kind in classes) else {}
    levels: list[int] = []
    kinds = list(classes)
    for i, kind in enumerate(classes):
        level, override, _ = stack[-1]
        if kind in ("RLE", "LRE", "RLO", "LRO"):  # X2–X5
            levels.append(level)
            new = _next_level(level, odd=kind[0] == "R")
            if new <= MAX_DEPTH and not overflow_isolates and not overflow_embeddings:
                stack.append((new, {"RLO": "R", "LRO": "L"}.get(kind, ""), False))
            elif not overflow_isolates:
                overflow_embeddings += 1
        elif kind in _ISOLATES:  # X5a–X5c
            levels.append(level)
            if override:
                kinds[i] = override
            rtl = kind == "RLI"
            if kind == "FSI":
                inside = classes[i + 1 : matches.get(i, len(classes))]
                rtl = paragraph_level("", inside) == 1
            new = _next_level(level, odd=rtl)
            if new <= MAX_DEPTH and not overflow_isolates and not overflow_embeddings:
                valid_isolates += 1
                stack.append((new, "", True))
            else:
                overflow_isolates += 1
        elif kind == "PDI":  # X6a
            if overflow_isolates:
                overflow_isolates -= 1
            elif valid_isolates:
                overflow_embeddings = 0
                while not stack[-1][2]:
                    stack.pop()
                stack.pop()
                valid_isolates -= 1
            level, override, _ = stack[-1]
            levels.append(level)
            if override:
                kinds[i] = override
        elif kind == "PDF":  # X7
            if overflow_isolates:
                pass
            elif overflow_embeddings:
                overflow_embeddings -= 1
            elif not stack[-1][2] and len(stack) > 1:
                stack.pop()
            levels.append(level)
        elif kind == "B":  # X8
            levels.append(base)
        else:  # X6
            levels.append(level)
            if override and kind != "BN":
                kinds[i] = override
    return levels, kinds


def _next_level(level: int, *, odd: bool) -> int:
    return (level + 1) | 1 if odd else (level + 2) & ~1


def _matching_pdi(classes: Sequence[str]) -> dict[int, int]:
    """BD9: the PDI that matches each isolate initiator."""
    matches: dict[int, int] = {}
    open_isolates: list[int] = []
    for i, kind in enumerate(classes):
        if kind in _ISOLATES:
            open_isolates.append(i)
        elif kind == "PDI" and open_isolates:
            matches[open_isolates.pop()] = i
    return matches


# --- X10: isolating run sequences -----------------------------------------------------------------


@dataclass(slots=True)
class _Sequence:
    """An isolating run sequence: text offsets, their classes as the rules rewrite them, its borders."""

    indexes: list[int]
    kinds: list[str]
    original: list[str]
    level: int
    sos: str
    eos: str

    @property
    def direction(self) -> str:
        return "R" if self.level & 1 else "L"


def _isolating_runs(
    classes: Sequence[str], kinds: list[str], levels: list[int], base: int
) -> list[_Sequence]:
    """BD13 and X10, over what X9 leaves."""
    kept = [i for i, kind in enumerate(classes) if kind not in _REMOVED]
    runs: list[list[int]] = []
    for i in kept:
        if runs and levels[runs[-1][-1]] == levels[i]:
            runs[-1].append(i)
        else:
            runs.append([i])
    matches = _matching_pdi(classes)
    matched = set(matches.values())
    run_of_start = {run[0]: number for number, run in enumerate(runs)}
    place = {index: position for position, index in enumerate(kept)}
    sequences = []
    for run in runs:
        first = run[0]
        if classes[first] == "PDI" and first in matched:
            continue
        indexes = list(run)
        while (last := indexes[-1]) in matches and classes[last] in _ISOLATES:
            indexes.extend(runs[run_of_start[matches[last]]])
        level = levels[first]
        before = place[first] - 1
        after = place[indexes[-1]] + 1
        previous = levels[kept[before]] if before >= 0 else base
        unmatched = classes[indexes[-1]] in _ISOLATES and indexes[-1] not in matches
        following = levels[kept[after]] if after < len(kept) and not unmatched else base
        sequences.append(
            _Sequence(
                indexes,
                [kinds[i] for i in indexes],
                [classes[i] for i in indexes],
                level,
                "R" if max(level, previous) & 1 else "L",
                "R" if max(level, following) & 1 else "L",
            )
        )
    return sequences


# --- W1–W7: weak types ------------------------------------------------------------------------------


def _weak(run: _Sequence) -> None:
    kinds = run.kinds
    previous = run.sos
    for i, kind in enumerate(kinds):  # W1
        if kind == "NSM":
            kinds[i] = "ON" if previous in _ISOLATES or previous == "PDI" else previous
        previous = kinds[i]
    strong = run.sos
    for i, kind in enumerate(kinds):  # W2
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[i] = "AN"
    for i, kind in enumerate(kinds):  # W3
        if kind == "AL":
            kinds[i] = "R"
    for i in range(1, len(kinds) - 1):  # W4
        before, after = kinds[i - 1], kinds[i + 1]
        if before == after and (
            (kinds[i] == "ES" and before == "EN") or (kinds[i] == "CS" and before in ("EN", "AN"))
        ):
            kinds[i] = before
    _european_terminators(kinds)  # W5
    for i, kind in enumerate(kinds):  # W6
        if kind in ("ES", "ET", "CS"):
            kinds[i] = "ON"
    strong = run.sos
    for i, kind in enumerate(kinds):  # W7
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[i] = "L"


def _european_terminators(kinds: list[str]) -> None:
    """W5: terminators beside European numbers are European numbers."""
    i = 0
    while i < len(kinds):
        if kinds[i] != "ET":
            i += 1
            continue
        end = i
        while end < len(kinds) and kinds[end] == "ET":
            end += 1
        if (i and kinds[i - 1] == "EN") or (end < len(kinds) and kinds[end] == "EN"):
            kinds[i:end] = ["EN"] * (end - i)
        i = end


# --- N0: paired brackets ----------------------------------------------------------------------------


@remembered("bidi classes", 2048, bytes_each=100)
def _bracket(character: str) -> tuple[str, str] | None:
    """("o" | "c", canonical closing bracket) as BidiBrackets.txt has it, derived as its header says."""
    category = unicodedata.category(character)
    if category not in ("Ps", "Pe") or unicodedata.bidirectional(character) != "ON":
        return None
    code = ord(character)
    mirror = Mirrored.MIRRORED.get(code)
    if mirror is None or {category, unicodedata.category(chr(mirror))} != {"Ps", "Pe"}:
        return None
    closer = chr(mirror) if category == "Ps" else character
    return ("o" if category == "Ps" else "c"), unicodedata.normalize("NFC", closer)


def _brackets(run: _Sequence, text: str) -> None:
    if not text:
        return
    pairs = _bracket_pairs(run, text)
    direction = run.direction
    kinds = run.kinds
    for opener, closer in pairs:
        inside = {_strong(kind) for kind in kinds[opener + 1 : closer]} - {""}
        if direction in inside:  # N0 b
            found = direction
        elif inside:  # N0 c
            context = next((s for s in map(_strong, reversed(kinds[:opener])) if s), run.sos)
            found = context if context != direction else direction
        else:  # N0 d
            continue
        for bracket in (opener, closer):
            kinds[bracket] = found
            for i in range(bracket + 1, len(kinds)):
                if run.original[i] != "NSM":
                    break
                kinds[i] = found


def _strong(kind: str) -> str:
    if kind in ("EN", "AN", "R"):
        return "R"
    return "L" if kind == "L" else ""


def _bracket_pairs(run: _Sequence, text: str) -> list[tuple[int, int]]:
    """BD16, within the sequence."""
    open_brackets: list[tuple[str, int]] = []
    pairs = []
    for i, index in enumerate(run.indexes):
        bracket = _bracket(text[index]) if run.kinds[i] == "ON" else None
        if bracket is None:
            continue
        kind, closer = bracket
        if kind == "o":
            if len(open_brackets) == MAX_BRACKETS:
                return []
            open_brackets.append((closer, i))
            continue
        for depth in range(len(open_brackets) - 1, -1, -1):
            if open_brackets[depth][0] == closer:
                pairs.append((open_brackets[depth][1], i))
                del open_brackets[depth:]
                break
    return sorted(pairs)


# --- N1, N2: neutrals; I1, I2: implicit levels --------------------------------------------------------


def _neutral(run: _Sequence) -> None:
    kinds = run.kinds
    i = 0
    while i < len(kinds):
        if kinds[i] not in _NEUTRAL:
            i += 1
            continue
        end = i
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        before = _strong(kinds[i - 1]) if i else run.sos
        after = _strong(kinds[end]) if end < len(kinds) else run.eos
        kinds[i:end] = [before if before == after else run.direction] * (end - i)
        i = end


def _implicit(run: _Sequence, levels: list[int]) -> None:
    for index, kind in zip(run.indexes, run.kinds, strict=True):
        if run.level & 1:
            levels[index] = run.level + (kind != "R")
        else:
            levels[index] = run.level + {"R": 1, "AN": 2, "EN": 2}.get(kind, 0)


# --- L2 -------------------------------------------------------------------------------------------


def visual_order(levels: Sequence[int]) -> list[int]:
    """L2: return the logical indexes in visual order, left to right."""
    order = list(range(len(levels)))
    if not levels:
        return order
    highest = max(levels)
    lowest_odd = min((level for level in levels if level & 1), default=highest + 1)
    for threshold in range(highest, lowest_odd - 1, -1):
        i = 0
        while i < len(order):
            if levels[order[i]] < threshold:
                i += 1
                continue
            end = i
            while end < len(order) and levels[order[end]] >= threshold:
                end += 1
            order[i:end] = order[i:end][::-1]
            i = end
    return order
