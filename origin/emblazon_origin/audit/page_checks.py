"""Faults of the page: whether crawlers get it and can read it, and the elements in its head.

Of elements: what is missing, doubled, misplaced or malformed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from ..platforms import platforms
from .finding import AuditFinding
from .subject import Subject, Tag
from .visit import Answer

_PROBLEMS = {
    "unreachable": "page-unreachable", "certificate": "page-certificate", "slow": "page-slow",
    "redirects": "page-redirects",
}  # fmt: skip

_LONGEST_TITLE, _LONGEST_DESCRIPTION = 95, 300
_SINGLE = ("og:title", "og:description", "og:url", "og:type", "og:site_name", "twitter:card", "twitter:title")
_TYPES = frozenset((
    "website", "article", "book", "profile", "music.song", "music.album",
    "music.playlist", "music.radio_station", "video.movie", "video.episode", "video.tv_show", "video.other",
    "payment.link", "product", "place", "event", "object", "product.item",
    "product.group", "business.business", "restaurant.restaurant", "books.book",
))  # fmt: skip
_CARDS = ("summary", "summary_large_image", "app", "player")
_PLACEHOLDER = re.compile(
    r"\{\{|\}\}|\{%|<%|\$\{|\[object Object\]"
    r"|^(?:undefined|null|nan|none|todo|lorem ipsum\b.*|%s|your title(?: here)?)$",
    re.I,
)
_MARKUP = re.compile(r"</?[a-z][a-z0-9]{0,10}[ >/]|&(?:amp|quot|lt|gt|nbsp|#\d{1,5}|#x[0-9a-f]{1,4});", re.I)
_LOCALE = re.compile(r"[a-z]{2,3}_[A-Z]{2}")
_HANDLE = re.compile(r"@\w{1,15}|\d{1,25}", re.ASCII)
_BAD_URL = re.compile(r"[\s<>\"\\^`{|}]|[^\x00-\x7f]")


def page_findings(subject: Subject) -> Iterator[AuditFinding]:
    """Yield what is wrong with getting the page; nothing else is looked at where it did not come."""
    page = subject.page
    if page.problem:
        yield AuditFinding(_PROBLEMS[page.problem], f"{page.url}: {page.detail or page.problem}")
        return
    if page.status != 200:
        yield AuditFinding("page-status", f"{page.url} is answered with {page.status}")
        return
    yield from _refusals(subject)
    forbidden = tuple(
        p.name for p in platforms() if p.robots and not subject.visitor.may_read(page.url, p.robots)
    )
    if forbidden:
        yield AuditFinding(
            "page-robots", f"robots.txt forbids {urlsplit(page.url).path or '/'}", 0, forbidden
        )
    if urlsplit(page.url).scheme != "https" and not is_local(page.url):
        yield AuditFinding("page-not-https", page.url)
    if page.type not in ("text/html", "application/xhtml+xml"):
        yield AuditFinding("page-type", f"Content-Type: {page.headers.get('content-type', 'none')}")
    yield from _encoding(subject)
    if subject.tags.refresh:
        yield AuditFinding("page-refresh", subject.tags.refresh, subject.tags.refresh_line)


def _refusals(subject: Subject) -> Iterator[AuditFinding]:
    """Yield crawlers that get something else than a browser does."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for name, answer in subject.crawled.items():
        if not answer.is_good:
            code = _PROBLEMS.get(answer.problem, "page-refuses-crawler")
            code = "page-refuses-crawler" if answer.problem == "unreachable" else code
            by_reason.setdefault((code, _reason(answer)), []).append(name)
    for (code, reason), names in by_reason.items():
        yield AuditFinding(code, reason, 0, tuple(names))


def _reason(answer: Answer) -> str:
    return answer.problem or f"answered with {answer.status}"


def _encoding(subject: Subject) -> Iterator[AuditFinding]:
    body, named = subject.page.body, subject.charset
    if body.isascii():
        return
    if not named:
        yield AuditFinding("page-charset", "the page names no encoding, and holds more than ASCII")
        return
    try:
        codecs.decode(body, named)
    except (LookupError, UnicodeDecodeError) as error:
        yield AuditFinding("page-charset", f"named {named}: {error}")


def is_local(url: str) -> bool:
    """Tell whether an address is of this machine or of a private network."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not ip_address(host).is_global
    except ValueError:
        return (
            host == "localhost"
            or host.endswith((".localhost", ".local", ".internal", ".test"))
            or "." not in host
        )


def tag_findings(subject: Subject) -> Iterator[AuditFinding]:
    """Yield faults of a page's elements."""
    yield from _missing(subject)
    yield from _placed(subject)
    yield from _written(subject)
    yield from _of_twitter(subject)
    yield from _of_own_url(subject)
    yield from _of_image_url(subject)


def _missing(subject: Subject) -> Iterator[AuditFinding]:
    tags = subject.tags
    if not tags.text("og:title"):
        code = "og-title-missing" if tags.title.strip() or tags.text("twitter:title") else "title-missing"
        yield AuditFinding(code, "the page has no og:title")
    if not tags.text("og:description", "twitter:description", "description"):
        yield AuditFinding("description-missing", "the page has no og:description and no description")
    if not tags.text("og:image", "og:image:url"):
        yield AuditFinding("image-missing", "the page has no og:image")
    if not tags.text("og:url"):
        yield AuditFinding("og-url-missing", "the page has no og:url")
    if not tags.text("og:type"):
        yield AuditFinding("og-type-missing", "the page has no og:type")


def _placed(subject: Subject) -> Iterator[AuditFinding]:
    ours = [tag for tag in subject.tags.tags if _is_ours(tag)]
    for tag in ours:
        if not tag.in_head:
            yield AuditFinding("tags-in-body", f"{tag.key} is outside of the head", tag.line)
        if tag.attribute == "name" and not tag.key.startswith("twitter:"):
            yield AuditFinding("tag-name-attribute", f'<meta name="{tag.key}">', tag.line)
        if not tag.content:
            yield AuditFinding("tag-empty", f"{tag.key} has no content", tag.line)
    for key in _SINGLE:
        filled = [tag for tag in subject.tags.all(key) if tag.content]
        if len({tag.content for tag in filled}) > 1:
            lines = ", ".join(str(tag.line) for tag in filled)
            yield AuditFinding("tag-duplicate", f"{key} in the lines {lines}", filled[1].line)
    for platform in platforms():
        limit = platform.html_bytes
        late = [t for t in ours if limit and len(subject.html[: t.offset].encode()) > limit]
        if late and limit:
            message = f"{late[0].key} comes after the {limit:,} bytes that it reads"
            yield AuditFinding("tags-late", message, late[0].line, (platform.name,))


def _is_ours(tag: Tag) -> bool:
    return tag.key.startswith(
        ("og:", "twitter:", "article:", "product:", "profile:", "book:", "video:", "music:")
    )


def _written(subject: Subject) -> Iterator[AuditFinding]:
    tags = subject.tags
    for key in (
        "og:title",
        "og:description",
        "og:site_name",
        "og:image:alt",
        "twitter:title",
        "twitter:description",
    ):
        for tag in tags.all(key):
            if _PLACEHOLDER.search(tag.content):
                yield AuditFinding("tag-placeholder", f"{key}: {tag.content[:80]}", tag.line)
            elif _MARKUP.search(tag.content):
                yield AuditFinding("tag-markup", f"{key}: {tag.content[:80]}", tag.line)
    title, description = tags.first("og:title"), tags.first("og:description")
    if title and len(title.content) > _LONGEST_TITLE:
        yield AuditFinding("title-long", f"og:title has {len(title.content)} characters", title.line)
    if description and len(description.content) > _LONGEST_DESCRIPTION:
        count = len(description.content)
        yield AuditFinding("description-long", f"og:description has {count} characters", description.line)
    kind = tags.first("og:type")
    if kind and kind.content.lower() not in _TYPES and ":" not in kind.content:
        yield AuditFinding("og-type-unknown", f"og:type is {kind.content[:60]}", kind.line)
    for tag in (*tags.all("og:locale"), *tags.all("og:locale:alternate")):
        if tag.content and not _LOCALE.fullmatch(tag.content):
            yield AuditFinding("locale-form", f"{tag.key} is {tag.content[:40]}", tag.line)
    for key in (
        "article:published_time",
        "article:modified_time",
        "article:expiration_time",
        "og:updated_time",
    ):
        for tag in tags.all(key):
            if tag.content and not _is_time(tag.content):
                yield AuditFinding("time-form", f"{key} is {tag.content[:40]}", tag.line)


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _of_twitter(subject: Subject) -> Iterator[AuditFinding]:
    tags = subject.tags
    card = tags.first("twitter:card")
    asking = tuple(platform.name for platform in platforms() if platform.asks_large)
    if card is None:
        yield AuditFinding("twitter-card-missing", "the page has no twitter:card", 0, asking)
    elif card.content not in _CARDS:
        yield AuditFinding("twitter-card-unknown", f"twitter:card is {card.content[:40]}", card.line, asking)
    elif card.content == "summary":
        picture = subject.picture
        if picture and picture.height and picture.width / picture.height > 1.5:
            yield AuditFinding("twitter-card-small", "twitter:card is summary", card.line, asking)
    for key in ("twitter:site", "twitter:creator"):
        for tag in tags.all(key):
            if tag.content and not _HANDLE.fullmatch(tag.content):
                yield AuditFinding("twitter-site-form", f"{key} is {tag.content[:40]}", tag.line)


def _of_own_url(subject: Subject) -> Iterator[AuditFinding]:
    tag = subject.tags.first("og:url")
    if tag is None:
        return
    said, own = urlsplit(urljoin(subject.page.url, tag.content)), urlsplit(subject.page.url)
    local = is_local(subject.page.url)
    elsewhere = said.path.rstrip("/") != own.path.rstrip("/") or (said.hostname != own.hostname and not local)
    if elsewhere:
        yield AuditFinding("og-url-elsewhere", f"og:url is {tag.content[:200]}", tag.line)


def _of_image_url(subject: Subject) -> Iterator[AuditFinding]:
    local = is_local(subject.page.url)
    seen: set[str] = set()
    for tag in subject.tags.tags:
        if (
            tag.key not in ("og:image", "og:image:url", "twitter:image", "twitter:image:src")
            or not tag.content
        ):
            continue
        if tag.content in seen:
            continue
        seen.add(tag.content)
        yield from _url_form(tag, local)
    secure = subject.tags.first("og:image:secure_url")
    if secure is not None and not local:
        plain = subject.tags.text("og:image", "og:image:url").partition("://")[2]
        if not secure.content.startswith("https://") or secure.content.partition("://")[2] != plain:
            yield AuditFinding("secure-url", f"og:image:secure_url is {secure.content[:200]}", secure.line)
    if subject.tags.text("og:image", "og:image:url"):
        if not subject.tags.text("og:image:alt", "twitter:image:alt"):
            yield AuditFinding("image-alt-missing", "the page has no og:image:alt")
        if not (subject.tags.text("og:image:width") and subject.tags.text("og:image:height")):
            yield AuditFinding(
                "image-size-missing", "og:image:width or og:image:height is missing", 0, ("Facebook",)
            )


def _url_form(tag: Tag, local: bool) -> Iterator[AuditFinding]:
    url, told = tag.content, f"{tag.key} is {tag.content[:200]}"
    scheme = urlsplit(url).scheme.lower()
    if url.startswith("//"):
        yield AuditFinding("image-protocol-relative", told, tag.line)
    elif not scheme:
        yield AuditFinding("image-relative", told, tag.line)
    elif scheme not in ("http", "https"):
        yield AuditFinding("image-scheme", told[:80], tag.line)
    else:
        if scheme == "http" and not local:
            yield AuditFinding("image-not-https", told, tag.line)
        if is_local(url) and not local:
            yield AuditFinding("image-private", told, tag.line)
    if scheme in ("", "http", "https"):
        if "&amp;" in url:
            yield AuditFinding("image-url-escaped", told, tag.line)
        if _BAD_URL.search(url):
            yield AuditFinding("image-url-form", told, tag.line)
