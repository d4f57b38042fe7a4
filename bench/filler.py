"""New text for the places of a card: `[[words 5]]`, `[[name]]`, `[[number 99]]`, `[[ja 12]]`, …

A place names what goes there and how much: words of English (or of `ar he hi th ko ru`, by their language
tags), characters of `ja` and `zh`, one lower-case `word`, a `name`, a `date`, a `number` up to a bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

_PLACE = re.compile(r"\[\[([a-z]+)(?: (\d+))?\]\]")
_WORDS = {
    "words": (
        "the quiet river carries every small letter past seven open windows while bright lanterns follow "
        "careful hands across a market of painted maps and measured stars before winter opens its long "
        "doors again for strangers who remember the first orchard of the valley"
    ),
    "ar": "مدينة النور تفتح أبوابها القديمة أمام كل مسافر يحمل كتابا جديدا عن البحر والجبال والنجوم البعيدة",
    "he": "העיר הישנה פותחת את שעריה לכל נוסע שמביא ספר חדש על הים ועל ההרים ועל הכוכבים הרחוקים",
    "hi": "पुराना शहर हर यात्री के लिए अपने द्वार खोलता है जो समुद्र पर्वत और दूर के तारों की नई किताब लाता है",
    "th": "เมืองเก่า เปิดประตู ต้อนรับ นักเดินทาง ทุกคน ที่นำ หนังสือ เล่มใหม่ เกี่ยวกับ ทะเล ภูเขา และดวงดาว",
    "ko": "오래된 도시는 바다와 산과 먼 별에 대한 새로운 책을 가져온 모든 여행자에게 문을 활짝 열어 준다",
    "ru": "старый город открывает ворота каждому путнику который приносит новую книгу о море горах и звёздах",
}
_CHARACTERS = {
    "ja": "海と山のあいだに新しい図書館が静かに開きました旅人はみな遠い星の話を読み朝の光を待っています",
    "zh": "山与海之间新的图书馆安静地开放旅人们读着远方星辰的故事等待清晨的光并写下城市最初的名字",
}
_GIVEN = [
    "Ines",
    "Noor",
    "Hana",
    "Viktor",
    "Amara",
    "Louis",
    "Greta",
    "Tomas",
    "Aiko",
    "Selma",
    "Pavel",
    "Ruth",
]
_FAMILY = [
    "Okafor",
    "Lindqvist",
    "Moreau",
    "Tanaka",
    "Novak",
    "Adeyemi",
    "Castell",
    "Berg",
    "Haddad",
    "Silva",
]
_MONTHS = ["January", "March", "April", "June", "August", "October", "November", "December"]


def fill(html: str, seed: str) -> str:
    """Return the card with text for every place; another seed gives other text."""
    random = Random(seed)  # noqa: S311  # text of a benchmark

    def text(place: re.Match[str]) -> str:
        kind, bound = place[1], int(place[2] or 1)
        if kind in _WORDS:
            return _sentence(_WORDS[kind].split(), bound, random)
        if kind in _CHARACTERS:
            return "".join(random.choices(_CHARACTERS[kind], k=bound))
        return _SINGLE[kind](random, bound)

    return _PLACE.sub(text, html)


def characters() -> str:
    """Return every character that filled text may have."""
    return "".join(sorted(set("".join((*_WORDS.values(), *_CHARACTERS.values())))))


def _sentence(words: list[str], count: int, random: Random) -> str:
    text = " ".join(random.choices(words, k=count))
    return text[0].upper() + text[1:]


_SINGLE: dict[str, Callable[[Random, int], str]] = {
    "word": lambda random, _: random.choice(_WORDS["words"].split()),
    "name": lambda random, _: f"{random.choice(_GIVEN)} {random.choice(_FAMILY)}",
    "number": lambda random, bound: f"{random.randint(1, bound)}",
    "date": lambda random, _: (
        f"{random.randint(1, 28)} {random.choice(_MONTHS)} {random.randint(2019, 2031)}"
    ),
}


def disguise(html: str, seed: str) -> str:
    """Return the card as a stranger's: other class names, other colours, sizes that differ by up to 3 %.

    What an engine has kept of a template it knew is of no use then.
    """
    random = Random(seed)  # noqa: S311
    suffix = f"{random.randrange(10**6)}"
    head, style, rest = re.split(r"(<style>.*?</style>)", html, maxsplit=1, flags=re.DOTALL)

    def size(match: re.Match[str]) -> str:
        px = float(match[1])
        exact = px < 8 or px in (1200, 630)  # hairlines, and the canvas
        return match[0] if exact else f"{px * random.uniform(0.97, 1.03):.1f}px"

    def color(match: re.Match[str]) -> str:
        channels = bytes.fromhex(match[1])
        return "#" + bytes(min(255, max(0, c + random.randint(-3, 3))) for c in channels).hex()

    style = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)px", size, style)
    style = re.sub(r"#([0-9a-fA-F]{6})\b", color, style)
    style = re.sub(r"\.([a-z][\w-]*)(?=[^;{}]*\{)", rf".\1-{suffix}", style)
    rest = re.sub(
        r'class="([^"]*)"',
        lambda match: f'class="{" ".join(f"{name}-{suffix}" for name in match[1].split())}"',
        rest,
    )
    return head + style + rest
