"""Faults of the page itself: whether crawlers get it, and can read it."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..platforms import platforms
from .finding import AuditFinding
from .subject import Subject
from .visit import Answer

_PROBLEMS = {
    "unreachable": "page-unreachable", "certificate": "page-certificate", "slow": "page-slow",
    "redirects": "page-redirects",
}  # fmt: skip


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
