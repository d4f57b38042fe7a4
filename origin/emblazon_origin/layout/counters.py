"""The predefined counter styles as text (CSS Counter Styles 3 §6 and §7)."""

from __future__ import annotations

# Drawn as shapes, as browsers do, not as characters.
SYMBOLS = frozenset({"disc", "circle", "square", "disclosure-open", "disclosure-closed"})

_DIGITS = {
    "decimal": "0123456789", "arabic-indic": "٠١٢٣٤٥٦٧٨٩", "persian": "۰۱۲۳۴۵۶۷۸۹",
    "devanagari": "०१२३४५६७८९", "bengali": "০১২৩৪৫৬৭৮৯", "gujarati": "૦૧૨૩૪૫૬૭૮૯",
    "gurmukhi": "੦੧੨੩੪੫੬੭੮੯", "kannada": "೦೧೨೩೪೫೬೭೮೯", "khmer": "០១២៣៤៥៦៧៨៩", "lao": "໐໑໒໓໔໕໖໗໘໙",
    "malayalam": "൦൧൨൩൪൫൬൭൮൯", "mongolian": "᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙", "myanmar": "၀၁၂၃၄၅၆၇၈၉",
    "oriya": "୦୧୨୩୪୫୬୭୮୯", "tamil": "௦௧௨௩௪௫௬௭௮௯", "telugu": "౦౧౨౩౪౫౬౭౮౯", "thai": "๐๑๒๓๔๕๖๗๘๙",
    "tibetan": "༠༡༢༣༤༥༦༧༨༩", "cjk-decimal": "〇一二三四五六七八九",
}  # fmt: skip
_DIGITS["cambodian"] = _DIGITS["khmer"]
_ALPHABETS = {  # gojuon and iroha orders
    "lower-alpha": "abcdefghijklmnopqrstuvwxyz", "upper-alpha": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower-greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "hiragana": "あいうえおかきくけこさしすせそたちつてとなにぬね"
    "のはひふへほまみむめもやゆよらりるれろわゐゑをん",
    "hiragana-iroha": "いろはにほへとちりぬるをわかよたれそつねならむう"
    "ゐのおくやまけふこえてあさきゆめみしゑひもせす",
    "katakana": "アイウエオカキクケコサシスセソタチツテトナニヌネ"
    "ノハヒフヘホマミムメモヤユヨラリルレロワヰヱヲン",
    "katakana-iroha": "イロハニホヘトチリヌルヲワカヨタレソツネナラムウ"
    "ヰノオクヤマケフコエテアサキユメミシヱヒモセス",
}  # fmt: skip
_ALPHABETS["lower-latin"], _ALPHABETS["upper-latin"] = _ALPHABETS["lower-alpha"], _ALPHABETS["upper-alpha"]
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_HEBREW = (
    (400, "ת"), (300, "ש"), (200, "ר"), (100, "ק"), (90, "צ"), (80, "פ"), (70, "ע"), (60, "ס"), (50, "נ"),
    (40, "מ"), (30, "ל"), (20, "כ"), (19, "יט"), (18, "יח"), (17, "יז"), (16, "טז"), (15, "טו"), (10, "י"),
    (9, "ט"), (8, "ח"), (7, "ז"), (6, "ו"), (5, "ה"), (4, "ד"), (3, "ג"), (2, "ב"), (1, "א"),
)  # fmt: skip
_ADDITIVE = {
    "lower-roman": (_ROMAN, 3999),
    "upper-roman": (tuple((value, text.upper()) for value, text in _ROMAN), 3999),
    "hebrew": (_HEBREW, 999),
}
# Styles whose suffix is not ". ".
_SUFFIX = {
    "cjk-decimal": "、", "hiragana": "、", "hiragana-iroha": "、", "katakana": "、", "katakana-iroha": "、",
    "trad-chinese-informal": "、", "simp-chinese-informal": "、", "japanese-informal": "、",
    "korean-hangul-formal": ", ",
}  # fmt: skip
KNOWN = SYMBOLS | _DIGITS.keys() | _ALPHABETS.keys() | _ADDITIVE.keys() | {"decimal-leading-zero", "none"}


def counter_text(style: str, value: int) -> str:
    """Return a counter's representation; what a style cannot represent falls back to decimal."""
    if style == "disc":
        return "•"
    if style == "circle":
        return "◦"
    if style == "square":
        return "▪"
    if style == "decimal-leading-zero":
        return f"{'-' if value < 0 else ''}{abs(value):02d}"
    if style in _DIGITS:
        digits = _DIGITS[style]
        return ("-" if value < 0 else "") + "".join(digits[int(digit)] for digit in str(abs(value)))
    if style in _ALPHABETS and value > 0:
        alphabet, text = _ALPHABETS[style], ""
        while value > 0:
            value, index = divmod(value - 1, len(alphabet))
            text = alphabet[index] + text
        return text
    if style in _ADDITIVE and 0 < value <= _ADDITIVE[style][1]:
        text = ""
        for weight, symbol in _ADDITIVE[style][0]:
            count, value = divmod(value, weight)
            text += symbol * count
        return text
    return str(value)


def marker_text(style: str, value: int) -> str:
    """Return a marker's text with its suffix, as `::marker` shows it."""
    return counter_text(style, value) + _SUFFIX.get(style, ". ")
