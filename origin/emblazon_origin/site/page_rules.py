"""What a built page says of itself, and which card it therefore gets.

Title, description, author, date, picture, language: its own `<meta name="emblazon:…">` elements go before
everything; then Open Graph, JSON-LD, plain HTML.

`[pages]` of emblazon.toml says which template a page gets, and with which values:

[pages]
base_url = "https://example.com"     where the folder will be served
folder = "og"                        where pictures go, inside it
template = "article"                 of pages that no rule takes
format = "auto-safe"                 or png, jpg, webp, avif
[[pages.rule]]
path = "/blog/**"                    of the page; the first rule that fits counts
template = "docs"
params = { project = "Meridian" }    before what the page says
skip = false
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from emblazon.contract.problem import unknown_word
from emblazon.contract.schema import CARD_FORMATS, CardFormat, TemplateSpec

from ..errors import WrongSettings

OWN = "emblazon:"
_SEPARATORS = re.compile(r"(?<=\s)[|·•»–—-](?=\s)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS_A_MINUTE = 220
_CHARSET = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_CHARSET_WITHIN = 1024  # bytes of a page (HTML, §4.2.5.4)
_LINKED = ("headline", "description", "datePublished", "articleSection")

_PAGES = ("base_url", "folder", "template", "format", "rule")
_RULE = ("path", "template", "params", "skip")
# Which parameters of a template take what a page says, in the order in which they are tried.
FROM_FACTS: dict[str, tuple[str, ...]] = {
    "title": ("title", "name", "headline", "quote"),
    "description": ("subtitle", "description", "summary", "tagline"),
    "author": ("author", "speaker", "by"),
    "date": ("date", "published"),
    "section": ("section", "category", "badge"),
    "image": ("image", "photo", "cover", "picture"),
    "site": ("site", "project", "brand", "publication"),
    "minutes": ("minutes",),
}


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One page. Texts are empty where the page says nothing; `own` are its `emblazon:` elements by name."""

    title: str = ""
    description: str = ""
    author: str = ""
    date: str = ""  # YYYY-MM-DD
    section: str = ""
    image: str = ""  # as written in the page
    site: str = ""
    lang: str = ""
    canonical: str = ""
    minutes: int = 0  # of reading, at least 1 where there is text
    own: Mapping[str, str] = field(default_factory=dict)


def codec_of(data: bytes) -> str:
    """Return the codec of a page's bytes: UTF-8 where they are that, else what it names, else windows-1252.

    As browsers do (HTML, §13.2.3.2); a page of ASCII alone that names none is windows-1252 to them, too.
    """
    named = _CHARSET.search(data[:_CHARSET_WITHIN])
    name = named[1].decode("ascii").lower() if named else "windows-1252"
    if name.startswith("utf") or (not data.isascii() and _is_utf8(data)):
        return "utf-8"
    try:
        data.decode(name, "surrogateescape")
        # Latin-1 is an alias of windows-1252 on the web (Encoding, §4.2).
        return "windows-1252" if codecs.lookup(name).name in ("iso8859-1", "ascii") else name
    except (LookupError, UnicodeError):  # no encoding, or not of these bytes
        return "windows-1252"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_facts(html: str) -> PageFacts:
    """Return the facts of a page's HTML."""
    tree = LexborHTMLParser(html)
    meta = dict(_metas(tree))
    linked = _json_ld(tree)
    site = meta.get("og:site_name", "")
    own = {name.removeprefix(OWN): text for name, text in meta.items() if name.startswith(OWN)}
    title = meta.get("og:title") or linked.get("headline") or _text(tree, "title") or _text(tree, "h1")
    root = tree.css_first("html")
    canonical = tree.css_first('link[rel="canonical"]')
    return PageFacts(
        title=without_site(title, site),
        description=meta.get("og:description") or meta.get("description") or linked.get("description", ""),
        author=meta.get("author") or linked.get("author", "") or meta.get("article:author", ""),
        date=_date(
            meta.get("article:published_time")
            or linked.get("datePublished", "")
            or _attribute(tree, "time", "datetime")
        ),
        section=meta.get("article:section", "") or linked.get("articleSection", ""),
        image=_picture(tree, meta),
        site=site,
        lang=((root.attributes.get("lang") if root is not None else "") or "").strip(),
        canonical=((canonical.attributes.get("href") if canonical is not None else "") or "").strip(),
        minutes=_minutes(tree),
        own=own,
    )


def without_site(title: str, site: str) -> str:
    """Take the site's name, which generators append, off a title."""
    pieces = [piece.strip() for piece in _SEPARATORS.split(title)]
    if site and len(pieces) > 1 and site.casefold() in (pieces[0].casefold(), pieces[-1].casefold()):
        separator = _SEPARATORS.search(title) if pieces[0].casefold() == site.casefold() else None
        if separator is not None:
            return title[separator.end() :].strip()
        last = list(_SEPARATORS.finditer(title))[-1]
        return title[: last.start()].strip()
    return title


def _metas(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for element in tree.css("meta"):
        name = (element.attributes.get("property") or element.attributes.get("name") or "").strip().lower()
        content = " ".join((element.attributes.get("content") or "").split())
        if name and content and name not in seen:
            seen.add(name)
            yield name, content


def _json_ld(tree: LexborHTMLParser) -> dict[str, str]:
    """Return the texts of the first article that structured data describes."""
    for script in tree.css('script[type="application/ld+json"]'):
        try:
            data = json.loads(script.text())
        except (json.JSONDecodeError, RecursionError):
            continue
        for entry in _entries(data):
            if "headline" in entry:
                found = {**{name: entry.get(name) for name in _LINKED}, "author": _author(entry)}
                return {name: text for name, text in found.items() if isinstance(text, str)}
    return {}


def _entries(data: Any) -> Iterator[dict[str, Any]]:
    if isinstance(data, list):
        for item in data:
            yield from _entries(item)
    elif isinstance(data, dict):
        yield data
        yield from _entries(data.get("@graph", []))


def _author(entry: Mapping[str, Any]) -> str:
    author = entry.get("author")
    first = author[0] if isinstance(author, list) and author else author
    name = first.get("name") if isinstance(first, dict) else first
    return name if isinstance(name, str) else ""


def _picture(tree: LexborHTMLParser, meta: Mapping[str, str]) -> str:
    if meta.get(f"{OWN}image"):
        return meta[f"{OWN}image"]
    if meta.get("og:image") and not meta.get("og:image", "").startswith("data:"):
        return meta["og:image"]
    for selector in ("article img", "main img"):
        source = _attribute(tree, selector, "src")
        if source and not source.startswith("data:") and not source.split("?")[0].endswith(".svg"):
            return source
    return ""


def _minutes(tree: LexborHTMLParser) -> int:
    body = tree.css_first("article") or tree.css_first("main")
    words = len(body.text(separator=" ").split()) if body is not None else 0
    return max(1, round(words / _WORDS_A_MINUTE)) if words else 0


def _text(tree: LexborHTMLParser, selector: str) -> str:
    found = tree.css_first(selector)
    return " ".join(found.text().split()) if found is not None else ""


def _attribute(tree: LexborHTMLParser, selector: str, name: str) -> str:
    found = tree.css_first(selector)
    return ((found.attributes.get(name) if found is not None else "") or "").strip()


def _date(text: str) -> str:
    found = _DATE.match(text)
    return found[0] if found else ""


class RulesError(WrongSettings):
    """`[pages]` is wrong; the message names the key and the fix."""


@dataclass(frozen=True)
class PageRule:
    """One `[[pages.rule]]`."""

    path: str
    template: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    skip: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """`*` is within one folder, `**` across folders."""
        parts = re.split(r"(\*\*|\*)", self.path)
        kinds = {"**": ".*", "*": "[^/]*"}
        return re.compile("".join(kinds.get(part, re.escape(part)) for part in parts))


@dataclass(frozen=True, slots=True)
class PageRules:
    """All of `[pages]`."""

    base_url: str = ""
    folder: str = "og"
    template: str = "article"
    format: CardFormat = "auto-safe"
    rules: tuple[PageRule, ...] = ()

    def rule_for(self, path: str) -> PageRule:
        """Return the first rule that takes a page at `/path`."""
        return next((rule for rule in self.rules if rule.pattern.fullmatch(path)), PageRule("**"))


def read_rules(table: Mapping[str, object], file: Path) -> PageRules:
    """Check the table. Raises `RulesError` with what would be right."""
    _known(table, _PAGES, file, "pages")
    format_ = _word(table, "format", "auto-safe", file, "pages")
    if format_ not in CARD_FORMATS:
        raise RulesError(f"{file}: pages.format: {unknown_word('Format', format_, list(CARD_FORMATS))[0]}")
    listed = table.get("rule", [])
    if not isinstance(listed, list):
        raise RulesError(f"{file}: pages.rule: expected [[pages.rule]] tables")
    return PageRules(
        _word(table, "base_url", "", file, "pages").rstrip("/"),
        _word(table, "folder", "og", file, "pages").strip("/"),
        _word(table, "template", "article", file, "pages"),
        next(known for known in CARD_FORMATS if known == format_),
        tuple(_rule(entry, number, file) for number, entry in enumerate(listed, 1)),
    )


def _rule(entry: object, number: int, file: Path) -> PageRule:
    where = f"pages.rule {number}"
    if not isinstance(entry, dict) or "path" not in entry:
        raise RulesError(f'{file}: {where}: expected a table with path = "/blog/**"')
    _known(entry, _RULE, file, where)
    params, skip = entry.get("params", {}), entry.get("skip", False)
    if not isinstance(params, dict) or not all(
        isinstance(value, str | int | float) for value in params.values()
    ):
        raise RulesError(f'{file}: {where}.params: expected a table, {{ section = "Blog" }}')
    if not isinstance(skip, bool):
        raise RulesError(f"{file}: {where}.skip: expected true or false")
    texts = {str(name): str(value) for name, value in params.items()}
    return PageRule(
        _word(entry, "path", "", file, where), _word(entry, "template", "", file, where), texts, skip
    )


def _known(table: Mapping[str, object], names: tuple[str, ...], file: Path, where: str) -> None:
    for name in table:
        if name not in names:
            raise RulesError(f"{file}: {where}: {unknown_word('Key', name, list(names))[0]}")


def _word(table: Mapping[str, object], key: str, default: str, file: Path, where: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise RulesError(f"{file}: {where}.{key}: expected a text")
    return value


def params_of(facts: PageFacts, spec: TemplateSpec, rule: PageRule) -> dict[str, str]:
    """Return the values of a card: the page's own elements, else the rule's, else what the page says."""
    params: dict[str, str] = {}
    for fact, names in FROM_FACTS.items():
        value = str(getattr(facts, fact) or "")
        name = next((name for name in names if name in spec.params), "")
        if value and name:
            params[name] = value
    params |= {name: value for name, value in rule.params.items() if name in spec.params}
    params |= {name: value for name, value in facts.own.items() if name in spec.params}
    return params
