"""What a built page says of itself: title, description, author, date, picture, language.

Its own `<meta name="emblazon:…">` elements go before everything; then Open Graph, JSON-LD, plain HTML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser

OWN = "emblazon:"
_SEPARATORS = re.compile(r"(?<=\s)[|·•»–—-](?=\s)")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS_A_MINUTE = 220
_LINKED = ("headline", "description", "datePublished", "articleSection")


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
