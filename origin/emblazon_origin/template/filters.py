"""What a template may do with a value, beside Jinja2's own filters.

| filter | example | gives |
|---|---|---|
| `date(style, lang)` | `published\\|date("long", card.lang)` | `November 22, 2026`, `2026年11月22日` |
| `number(lang)`, `compact(lang)` | `12345\\|compact` | `12K` |
| `price(currency, lang)` | `49\\|price("EUR", "de")` | `49,00 €` |
| `minutes(lang)` | `9\\|minutes("ja")` | `9 分` |
| `initials(count)` | `"Ada Lovelace"\\|initials` | `AL` |
| `domain` | `"https://www.example.com/a"\\|domain` | `example.com` |
| `reading_time` | `body\\|reading_time` | minutes, at least 1 |
| `truncate(length)` | `title\\|truncate(40)` | cut at a word, `…` added |
| `lines`, `paragraphs` | `body\\|lines` | list of non-empty lines; of texts between blank lines |
| `dir` | `title\\|dir` | `rtl` or `ltr`, by the first strong character |
| `contrast(dark, light)` | `accent\\|contrast` | the one of two colours that reads better on it |
| `readable(ground)` | `accent\\|readable("#ffffff")` | the colour, or the nearest shade readable on it |
| `cells` | `title\\|cells` | length in half-width cells: wide ones count 2, capitals 1.35 |
| `script` | `title\\|script` | `latin` `cjk` `arabic` `hebrew` `indic` `thai`: what most letters are |
| `language` | `title\\|language` | the language that its script tells, such as `ja`; else "" |
| `mix(other, share)` | `ink\\|mix(paper, 0.3)` | a colour with a share of another in it |
| `ground(light, dark)` | `card\\|ground("#ffffff", "#111111")` | the brand's where it fits the scheme |
| `ink(paper)` | `card\\|ink(paper)` | the brand's ink where it is readable |
| `fit(width, height, sizes)` | `title\\|fit(60, 20, [6, 4])` | a size: `.size .lines .leading .cells` |
| `breakable(cells)` | `title\\|breakable(head.cells)` | words longer than a line with soft hyphens in them |
| `highlight(language)` | `code\\|highlight("python")` | lines of code, a `<span class>` for each token |
| `pick` | `site\\|pick(["#1d4ed8", "#be123c"])` | one of a list, always the same for the same text |
| `css` | `name\\|css` | escaped for CSS; added by itself inside styles |

Code gets its syntax marked by Pygments: a `<span class="…">` for each token, one text for each line.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Sequence
from hashlib import sha256

from icu4py.breakers import CharacterBreaker
from icu4py.locale import Locale
from icu4py.messageformat import MessageFormat
from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from ..caching import remembered
from .brand import contrast, ground, ink, mix, readable
from .fitting import breakable, cells, fit, language, script

_DATE_STYLES = {
    "long": "::yMMMMd", "medium": "::yMMMd", "short": "::yMd", "month": "::yMMMM", "day": "::MMMd",
    "weekday": "::EEEE", "monthname": "::LLLL", "number": "d",
}  # fmt: skip
_WORDS_PER_MINUTE = 220
_HAN_PER_MINUTE = 500
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_CURRENCY = re.compile("[A-Za-z]{3}")
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}

MAX_HIGHLIGHTED = 4_000  # characters; more is set plain
# What a card tells apart. The first that holds a token names its class; the rest is plain.
_KINDS: tuple[tuple[_TokenType, str], ...] = (
    (Token.Comment, "comment"), (Token.Generic.Prompt, "prompt"), (Token.Keyword, "keyword"),
    (Token.Operator.Word, "keyword"), (Token.Literal.String, "string"), (Token.Literal.Number, "number"),
    (Token.Name.Function, "name"), (Token.Name.Class, "name"), (Token.Name.Tag, "keyword"),
    (Token.Name.Attribute, "name"), (Token.Name.Builtin, "name"), (Token.Name.Decorator, "keyword"),
    (Token.Name.Variable, "variable"), (Token.Generic.Inserted, "string"), (Token.Generic.Deleted, "keyword"),
    (Token.Operator, "mark"), (Token.Punctuation, "mark"),
)  # fmt: skip


@remembered("message formats", 256, bytes_each=2_000)
def _format(pattern: str, lang: str) -> MessageFormat:
    return MessageFormat(pattern, Locale(lang or "en"))


def date(value: str, style: str = "long", lang: str = "") -> str:
    """A `YYYY-MM-DD` date in words; empty for an empty value. Raises ValueError for an unknown style."""
    if not value:
        return ""
    if style not in _DATE_STYLES:
        raise ValueError(f"date style {style!r} is not one of {', '.join(_DATE_STYLES)}")
    # A date without a time of day: formatted as is, wherever the server stands.
    day = datetime.date.fromisoformat(value[:10])
    return _format(f"{{value, date,{_DATE_STYLES[style]}}}", lang).format({"value": day})


def number(value: float, lang: str = "") -> str:
    """A number with the language's digits and separators."""
    return _format("{value, number}", lang).format({"value": value})


def compact(value: float, lang: str = "") -> str:
    """A number in short form: 12K."""
    return _format("{value, number, ::compact-short}", lang).format({"value": value})


def price(value: float, currency: str, lang: str = "") -> str:
    """An amount with its ISO 4217 currency, as the language writes it."""
    if not _CURRENCY.fullmatch(currency):
        raise ValueError(f"currency {currency!r} is not an ISO 4217 code such as EUR")
    whole = " precision-integer" if float(value).is_integer() else ""
    return _format(f"{{value, number, ::currency/{currency.upper()}{whole}}}", lang).format({"value": value})


def minutes(value: float, lang: str = "") -> str:
    """A number of minutes with the language's short word for them."""
    return _format("{value, number, ::unit/minute unit-width-short}", lang).format({"value": value})


def initials(value: str, count: int = 2) -> str:
    """First letters of the first and last words, as whole grapheme clusters."""
    words = [word for word in value.split() if any(character.isalnum() for character in word)]
    chosen = words if len(words) <= count else [*words[: count - 1], words[-1]]
    return "".join(_first_cluster(word) for word in chosen[:count]).upper()


def _first_cluster(word: str) -> str:
    word = next((word[i:] for i, character in enumerate(word) if character.isalnum()), word)
    return next(iter(CharacterBreaker(word, "en")), word[:1])


def domain(value: str) -> str:
    """The host of a URL without `www.`; other text comes through."""
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", value.strip(), flags=re.IGNORECASE)
    return re.split(r"[/?#:]", host, maxsplit=1)[0].removeprefix("www.")


def reading_time(value: str) -> int:
    """Minutes that it takes to read a text: 220 words, or 500 Han, Kana or Hangul characters, a minute."""
    han = len(_HAN.findall(value))
    words = len(_HAN.sub(" ", value).split())
    return max(1, round(words / _WORDS_PER_MINUTE + han / _HAN_PER_MINUTE))


def truncate(value: str, length: int = 100, end: str = "…") -> str:
    """Cut a text to `length` grapheme clusters, at a word where one ends in the last quarter."""
    clusters = list(CharacterBreaker(value, "en"))
    if len(clusters) <= length:
        return value
    kept = "".join(clusters[: max(length - 1, 0)])
    space = kept.rfind(" ")
    if space >= len(kept) * 3 / 4:
        kept = kept[:space]
    return kept.rstrip(" ,;:.–—-") + end


def lines(value: str) -> list[str]:
    """The lines of a text that are not blank."""
    return [line.rstrip() for line in value.splitlines() if line.strip()]


def paragraphs(value: str) -> list[str]:
    """The texts between blank lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", value) if part.strip()]


def direction(value: str) -> str:
    """`rtl` or `ltr` by the first strong character (UAX #9 P2), `ltr` where there is none."""
    for character in value:
        found = _STRONG.get(unicodedata.bidirectional(character))
        if found:
            return found
    return "ltr"


def pick(value: str, options: Sequence[object]) -> object:
    """One of `options`, chosen by the text: the same text always gets the same one."""
    return options[int.from_bytes(sha256(str(value).encode()).digest()[:4]) % len(options)]


def highlight(value: str, language: str = "") -> list[Markup]:
    """Return the lines of a code with its tokens marked; plain without a language that Pygments knows."""
    if not language or len(value) > MAX_HIGHLIGHTED:
        return [escape(line) for line in value.splitlines()]
    return list(_highlighted(value, language))


@remembered("highlighted code", 64, bytes_each=10_000)
def _highlighted(value: str, language: str) -> tuple[Markup, ...]:
    try:
        lexer = _lexer(language)
    except ClassNotFound:
        return tuple(escape(line) for line in value.splitlines())
    lines = [Markup("")]
    for kind, text in lexer.get_tokens("\n".join(value.splitlines()) + "\n"):
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append(Markup(""))
            lines[-1] += _marked(kind, piece)
    return tuple(lines[:-1] if len(lines) > 1 and not lines[-1] else lines)


FILTERS: dict[str, Callable[..., object]] = {
    "breakable": breakable,
    "cells": cells,
    "compact": compact,
    "contrast": contrast,
    "date": date,
    "dir": direction,
    "domain": domain,
    "fit": fit,
    "ground": ground,
    "highlight": highlight,
    "initials": initials,
    "ink": ink,
    "language": language,
    "lines": lines,
    "minutes": minutes,
    "mix": mix,
    "number": number,
    "paragraphs": paragraphs,
    "pick": pick,
    "price": price,
    "readable": readable,
    "reading_time": reading_time,
    "script": script,
    "truncate": truncate,
}


@remembered("lexers", 64, bytes_each=20_000)
def _lexer(language: str) -> Lexer:
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)


def _marked(kind: _TokenType, text: str) -> Markup:
    name = next((name for parent, name in _KINDS if kind[: len(parent)] == parent), "")
    if not name or not text.strip():
        return escape(text)
    return Markup('<span class="{}">{}</span>').format(name, text)
