"""Which characters stand upright in vertical text (CSS Writing Modes 4 §5.1, UAX #50)."""

from __future__ import annotations

from bisect import bisect_right

import regex

from ...style.values.computed import ComputedStyle

# The code points whose Vertical_Orientation is not R, in hexadecimal.
_UPRIGHT = (
    "a7 a9 ae b1 bc-be d7 f7 2ea-2eb 1100-11ff 1401-167f 18b0-18ff 2016 2020-2021 2030-2031 203b-203c "
    "2042 2047-2049 2051 2065 20dd-20e0 20e2-20e4 2100-2101 2103-2109 210f 2113-2114 2116-2117 211e-2123 "
    "2125 2127 2129 212e 2135-213f 2145-214a 214c-214d 214f-2189 218c-218f 221e 2234-2235 2300-2307 "
    "230c-231f 2324-232b 237d-239a 23be-23cd 23cf 23d1-23db 23e2-2422 2424-24ff 25a0-2619 2620-2767 "
    "2776-2793 2b12-2b2f 2b50-2b59 2b97 2bb8-2bd1 2bd3-2beb 2bf0-2bff 2e50-2e51 2e80-a4cf a960-a97f "
    "ac00-d7ff e000-faff fe10-fe1f fe30-fe48 fe50-fe57 fe59-fe62 fe67-fe6f ff01-ff0c ff0e-ff1b ff1f-ff60 "
    "ffe0-ffe7 fff0-fff8 fffc-fffd 10980-1099f 11580-115ff 11a00-11abf 13000-1345f 14400-1467f "
    "16fe0-18d7f 1aff0-1b2ff 1cf00-1cfcf 1d000-1d1ff 1d2e0-1d37f 1d800-1daaf 1f000-1f7ff 1f900-1faff "
    "20000-2fffd 30000-3fffd f0000-ffffd 100000-10fffd "
)
_EDGES: list[int] = []  # where such a range begins, and where it is over, by turns
for _part in _UPRIGHT.split():
    _low, _, _high = _part.partition("-")
    _EDGES += [int(_low, 16), int(_high or _low, 16) + 1]
_ATTACHED = regex.compile(r"[\p{M}\p{Cf}]")


def stands_upright(character: str) -> bool:
    """Whether `text-orientation: mixed` sets a character upright."""
    return bool(bisect_right(_EDGES, ord(character)) & 1)


def orientation_parts(text: str, start: int, end: int, style: ComputedStyle) -> list[tuple[int, int, bool]]:
    """Cut a stretch where upright text begins and ends; what is attached to a character goes along."""
    if style.writing_mode not in ("vertical-rl", "vertical-lr") or style.text_orientation == "sideways":
        return [(start, end, False)]
    if style.text_orientation == "upright":
        return [(start, end, True)]
    parts: list[tuple[int, int, bool]] = []
    for at in range(start, end):
        attached = parts and _ATTACHED.match(text[at])
        upright = parts[-1][2] if attached else stands_upright(text[at])
        if parts and parts[-1][2] == upright:
            parts[-1] = parts[-1][0], at + 1, upright
        else:
            parts.append((at, at + 1, upright))
    return parts
