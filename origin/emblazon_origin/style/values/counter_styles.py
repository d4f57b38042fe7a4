"""Counter styles (CSS Counter Styles 3): numbers to marker text, by predefined styles and a page's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# Symbols that stand for themselves whatever the number.
CYCLIC = {
    "disc": "•", "circle": "◦", "square": "▪", "disclosure-open": "▾", "disclosure-closed": "▸", "none": "",
}  # fmt: skip


_NUMERIC: dict[str, str] = {
    name: "".join(chr(first + i) for i in range(10))
    for name, first in {
        "decimal": 0x30, "arabic-indic": 0x660, "bengali": 0x9E6, "cambodian": 0x17E0, "khmer": 0x17E0,
        "devanagari": 0x966, "gujarati": 0xAE6, "gurmukhi": 0xA66, "kannada": 0xCE6, "lao": 0xED0,
        "malayalam": 0xD66, "mongolian": 0x1810, "myanmar": 0x1040, "oriya": 0xB66, "persian": 0x6F0,
        "tamil": 0xBE6, "telugu": 0xC66, "thai": 0xE50, "tibetan": 0xF20,
    }.items()
}  # fmt: skip
_NUMERIC["cjk-decimal"] = "〇一二三四五六七八九"
_ALPHABETIC: dict[str, str] = {
    "lower-alpha": "abcdefghijklmnopqrstuvwxyz",
    "upper-alpha": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower-greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "hiragana": "あいうえおかきくけこさしすせそたちつてと"
    "なにぬねのはひふへほまみむめもやゆよらりるれろわゐゑをん",
    "katakana": "アイウエオカキクケコサシスセソタチツテト"
    "ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヰヱヲン",
    "hiragana-iroha": "いろはにほへとちりぬるをわかよたれそつね"
    "ならむうゐのおくやまけふこえてあさきゆめみしゑひもせす",
    "katakana-iroha": "イロハニホヘトチリヌルヲワカヨタレソツネ"
    "ナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス",
}
_ALPHABETIC["lower-latin"] = _ALPHABETIC["lower-alpha"]
_ALPHABETIC["upper-latin"] = _ALPHABETIC["upper-alpha"]
_FIXED = {"cjk-earthly-branch": "子丑寅卯辰巳午未申酉戌亥", "cjk-heavenly-stem": "甲乙丙丁戊己庚辛壬癸"}

_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def _columns(start: int, text: str, step: int = 1) -> list[tuple[int, str]]:
    return [(start + i * step, symbol) for i, symbol in enumerate(text)]


_HEBREW = sorted(
    [
        *_columns(1, "אבגדהוזחט"), *_columns(10, "יכלמנסעפצ", 10), *_columns(100, "קרשת", 100),
        (15, "טו"), (16, "טז"), (500, "תק"), (600, "תר"), (700, "תש"), (800, "תת"), (900, "תתק"),
        (1000, "א׳"), (2000, "ב׳"), (3000, "ג׳"), (4000, "ד׳"), (5000, "ה׳"), (6000, "ו׳"), (7000, "ז׳"),
        (8000, "ח׳"), (9000, "ט׳"), (10000, "י׳"), (17, "יז"), (18, "יח"), (19, "יט"),
    ],
    reverse=True,
)  # fmt: skip
_GEORGIAN = sorted(
    [
        *_columns(1, "აბგდევზჱთ"), *_columns(10, "იკლმნჲოპჟ", 10), *_columns(100, "რსტჳფქღყშ", 100),
        *_columns(1000, "ჩცძწჭხჴჯჰ", 1000), (10000, "ჵ"),
    ],
    reverse=True,
)  # fmt: skip


def _armenian(first: int) -> list[tuple[int, str]]:
    text = "".join(chr(first + i) for i in range(36))
    return sorted(
        [
            *_columns(1, text[:9]), *_columns(10, text[9:18], 10), *_columns(100, text[18:27], 100),
            *_columns(1000, text[27:36], 1000),
        ],
        reverse=True,
    )  # fmt: skip


_ADDITIVE: dict[str, tuple[int, int, list[tuple[int, str]]]] = {
    "upper-roman": (1, 3999, list(_ROMAN)),
    "lower-roman": (1, 3999, [(n, s.lower()) for n, s in _ROMAN]),
    "hebrew": (1, 10999, _HEBREW),
    "georgian": (1, 19999, _GEORGIAN),
    "armenian": (1, 9999, _armenian(0x531)),
    "upper-armenian": (1, 9999, _armenian(0x531)),
    "lower-armenian": (1, 9999, _armenian(0x561)),
}


class _Digits(NamedTuple):
    """A style of §7.1 and §7.2: what stands for 0 to 9, and after tens, hundreds and thousands.

    `one` are the units (10, 100, 1000) before which a one is written.
    """

    digits: str
    units: str
    negative: str
    one: tuple[int, ...]
    zeros: bool = False  # between what is not zero


_ALL = (10, 100, 1000)
_WRITTEN = {
    "simp-chinese-informal": _Digits("零一二三四五六七八九", "十百千", "负", _ALL, True),
    "simp-chinese-formal": _Digits("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "负", _ALL, True),
    "trad-chinese-informal": _Digits("零一二三四五六七八九", "十百千", "負", _ALL, True),
    "trad-chinese-formal": _Digits("零壹貳參肆伍陸柒捌玖", "拾佰仟", "負", _ALL, True),
    "japanese-informal": _Digits("〇一二三四五六七八九", "十百千", "マイナス", ()),
    "japanese-formal": _Digits("零壱弐参四伍六七八九", "拾百阡", "マイナス", _ALL),
    "korean-hangul-formal": _Digits("영일이삼사오육칠팔구", "십백천", "마이너스 ", _ALL),
    "korean-hanja-informal": _Digits("零一二三四五六七八九", "十百千", "마이너스 ", ()),
    "korean-hanja-formal": _Digits("零壹貳參四五六七八九", "拾百仟", "마이너스 ", _ALL),
}
_WRITTEN["cjk-ideographic"] = _WRITTEN["trad-chinese-informal"]

NAMES = frozenset((
    *CYCLIC, *_NUMERIC, *_ALPHABETIC, *_FIXED, *_ADDITIVE, *_WRITTEN, "decimal-leading-zero",
    "ethiopic-numeric",
))  # fmt: skip
_SUFFIXES = {
    **dict.fromkeys((
        "cjk-decimal", *(name for name in _WRITTEN if not name.startswith("korean")),
        "cjk-earthly-branch", "cjk-heavenly-stem", "hiragana", "katakana",
        "hiragana-iroha", "katakana-iroha",
    ), "、"),
    **dict.fromkeys((name for name in _WRITTEN if name.startswith("korean")), ", "),
    "ethiopic-numeric": "/ ",
    **dict.fromkeys(CYCLIC, " "),
}  # fmt: skip


class CounterStyle(NamedTuple):
    """A style of the page's own; None is what the system, or the style that it extends, says."""

    system: str
    symbols: tuple[str, ...]
    additive: tuple[tuple[int, str], ...]
    first: int = 1  # of a fixed system
    extends: str = ""
    prefix: str | None = None
    suffix: str | None = None
    negative: tuple[str, str] | None = None
    ranges: tuple[tuple[int, int], ...] | None = None
    pad: tuple[int, str] | None = None
    fallback: str | None = None


_MAX_TEXT = 120  # characters of a number, beyond which the fallback shows it
_MAX_FALLBACKS = 20
_NEGATIVES = frozenset(("numeric", "alphabetic", "symbolic", "additive", "extends"))


class CounterStyles:
    """The counter styles of a page beside the predefined ones."""

    def __init__(self, own: Mapping[str, CounterStyle]) -> None:
        self.own = own

    def text(self, number: int, name: str) -> str:
        """Return a counter's text without prefix and suffix."""
        seen = 0
        while (style := self._style(name)) is not None and seen < _MAX_FALLBACKS:
            text = self._written(number, style)
            if text is not None:
                return text
            name, seen = style.fallback or "decimal", seen + 1
        return counter_text(number, name.lower() if style is None else "decimal")

    def marker(self, number: int, name: str) -> str:
        """Return a marker's text with what stands around it."""
        style = self._style(name)
        if style is None:
            return counter_text(number, name.lower()) + marker_suffix(name.lower())
        suffix = style.suffix
        if suffix is None:
            suffix = marker_suffix(style.extends.lower()) if style.extends else ". "
        return (style.prefix or "") + self.text(number, name) + suffix

    def _style(self, name: str) -> CounterStyle | None:
        """Return a style of the page with what it takes from others of the page."""
        style = self.own.get(name)
        for _ in range(_MAX_FALLBACKS):
            if style is None or style.system != "extends":
                return style
            base = self.own.get(style.extends)
            if base is None:
                return style
            own = {key: value for key, value in style._asdict().items() if value is not None}
            taken = {"system", "symbols", "additive", "first", "extends"}
            style = base._replace(**{key: value for key, value in own.items() if key not in taken})
        return style._replace(system="extends", extends="decimal") if style is not None else None

    def _written(self, number: int, style: CounterStyle) -> str | None:
        ranges = style.ranges
        if ranges is None:
            low = {"alphabetic": 1, "symbolic": 1, "additive": 0}.get(style.system)
            ranges = ((low, 1 << 40),) if low is not None else ((-(1 << 40), 1 << 40),)
        if not any(low <= number <= high for low, high in ranges):
            return None
        sign = number < 0 and style.system in _NEGATIVES
        text = self._shown(abs(number) if sign else number, style)
        if text is None or len(text) > _MAX_TEXT:
            return None
        before, after = style.negative or ("-", "")
        if style.pad is not None:
            missing = style.pad[0] - len(text) - (len(before) + len(after) if sign else 0)
            text = style.pad[1] * max(0, missing) + text
        return before + text + after if sign else text

    def _shown(self, number: int, style: CounterStyle) -> str | None:
        """Return a number by the system (§3.1)."""
        symbols, count = style.symbols, len(style.symbols)
        match style.system:
            case "cyclic":
                return symbols[(number - 1) % count]
            case "fixed":
                at = number - style.first
                return symbols[at] if 0 <= at < count else None
            case "symbolic":
                times = -(-number // count)
                return symbols[(number - 1) % count] * times if number > 0 and times <= _MAX_TEXT else None
            case "numeric":
                return _in_base(number, symbols)
            case "alphabetic":
                return _alphabetic(number, symbols) if number > 0 else None
            case "additive":
                return _summed(number, style.additive)
        return counter_text(number, style.extends.lower() if style.extends.lower() in NAMES else "decimal")


def _in_base(number: int, digits: tuple[str, ...]) -> str:
    text = ""
    while number or not text:
        number, digit = divmod(number, len(digits))
        text = digits[digit] + text
    return text


def _summed(number: int, symbols: tuple[tuple[int, str], ...]) -> str | None:
    if number == 0:
        return next((symbol for weight, symbol in symbols if weight == 0), None)
    text = ""
    for weight, symbol in symbols:
        if weight == 0:
            continue
        count, number = divmod(number, weight)
        if count > _MAX_TEXT:
            return None
        text += symbol * count
    return text if number == 0 else None


def counter_text(number: int, style: str) -> str:
    """Return a counter's text by a predefined style, in decimal where it cannot show the number."""
    if style in CYCLIC:
        return CYCLIC[style]
    if style == "decimal-leading-zero":
        return ("-" if number < 0 else "") + f"{abs(number):02d}"
    if style in _NUMERIC and style != "decimal":
        return _numeric(number, _NUMERIC[style])
    if style in _ALPHABETIC and number > 0:
        return _alphabetic(number, _ALPHABETIC[style])
    if style in _FIXED and 1 <= number <= len(_FIXED[style]):
        return _FIXED[style][number - 1]
    if style in _ADDITIVE:
        low, high, symbols = _ADDITIVE[style]
        if low <= number <= high:
            return _additive(number, symbols)
    if style == "ethiopic-numeric" and number > 0:
        return _ethiopic(number)
    if style not in _WRITTEN:
        return str(number)
    if -9999 <= number <= 9999:
        return _written(number, _WRITTEN[style], style.endswith("informal") or style == "cjk-ideographic")
    return _numeric(number, _NUMERIC["cjk-decimal"])


def marker_suffix(style: str) -> str:
    """Return what follows a marker's counter."""
    return _SUFFIXES.get(style, ". ")


def _numeric(number: int, digits: str) -> str:
    return ("-" if number < 0 else "") + "".join(digits[int(d)] for d in str(abs(number)))


def _alphabetic(number: int, letters: Sequence[str]) -> str:
    text = ""
    while number > 0:
        number, rest = divmod(number - 1, len(letters))
        text = letters[rest] + text
    return text


def _additive(number: int, symbols: list[tuple[int, str]]) -> str:
    text = ""
    for weight, symbol in symbols:
        count, number = divmod(number, weight)
        text += symbol * count
    return text


def _written(number: int, style: _Digits, informal: bool) -> str:
    """CSS Counter Styles 3 §7.1 and §7.2: each digit with its unit."""
    digits = style.digits
    if number == 0:
        return digits[0]
    sign, number = (style.negative, -number) if number < 0 else ("", number)
    text, zero = "", False
    for power, unit in ((1000, style.units[2]), (100, style.units[1]), (10, style.units[0]), (1, "")):
        digit = number // power % 10
        if digit == 0:
            zero = bool(text)
            continue
        if zero and style.zeros:
            text += digits[0]
        zero = False
        bare = digit == 1 and unit and (power not in style.one or (informal and 10 <= number <= 19))
        text += ("" if bare else digits[digit]) + unit
    return sign + text


def _ethiopic(number: int) -> str:
    """CSS Counter Styles 3 §7.3: groups of two digits, from the right."""
    if number == 1:
        return "፩"
    text = str(number)
    groups = [int(text[max(0, end - 2) : end]) for end in range(len(text), 0, -2)]
    parts = []
    for index, group in enumerate(groups):
        tens, ones = divmod(group, 10)
        is_first = index == len(groups) - 1
        silent = group == 0 or (group == 1 and (is_first or index % 2 == 1))
        written = "" if silent else (_TENS[tens] + _ONES[ones]).replace(" ", "")
        if index % 2 == 1 and group != 0:
            written += "፻"
        elif index % 2 == 0 and index > 0:
            written += "፼"
        parts.append(written)
    return "".join(reversed(parts))


_ONES = " ፩፪፫፬፭፮፯፰፱"
_TENS = " ፲፳፴፵፶፷፸፹፺"
