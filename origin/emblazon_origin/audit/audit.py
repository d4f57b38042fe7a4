"""Audits pages: fetches each as every crawler does, and says what will be shown and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .finding import CHECKS, AuditFinding
from .page_checks import page_findings
from .picture_checks import picture_findings
from .previews import PlatformPreview, previews
from .subject import Subject, visit
from .tag_checks import tag_findings
from .visit import Visitor

_ENDS = ("page-unreachable", "page-certificate", "page-status")


@dataclass(frozen=True, slots=True)
class Audited:
    """What was found of one page; `subject` is what was looked at."""

    url: str
    findings: tuple[AuditFinding, ...]
    previews: tuple[PlatformPreview, ...]
    subject: Subject

    @property
    def errors(self) -> int:
        """How many findings cost a platform's card or its picture."""
        return sum(finding.severity == "error" for finding in self.findings)


def audit(urls: Iterable[str], visitor: Visitor) -> Iterator[Audited]:
    """Yield what is wrong with each page, errors first."""
    for url in urls:
        subject = visit(url, visitor)
        found = list(_findings(subject))
        order = list(CHECKS)
        found.sort(key=lambda finding: (finding.severity != "error", order.index(finding.code), finding.line))
        yield Audited(url, tuple(found), tuple(previews(subject, found)), subject)


def _findings(subject: Subject) -> Iterator[AuditFinding]:
    page = list(page_findings(subject))
    yield from page
    if subject.page.is_good and not any(finding.code in _ENDS and not finding.platforms for finding in page):
        yield from tag_findings(subject)
        yield from picture_findings(subject)
