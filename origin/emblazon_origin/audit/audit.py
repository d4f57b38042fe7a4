"""Audits pages: fetches each as every crawler does, and says what will be shown and what is wrong.

It tells what each platform will show of a page, by its own order of precedence, and why not more.

The whole is also one HTML file, with the picture as each platform crops it.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from ..platforms import Platform, platforms
from .finding import CHECKS, AuditFinding
from .page_checks import page_findings, tag_findings
from .picture_checks import picture_findings
from .subject import PictureFile, Subject, visit
from .visit import Visitor

_ENDS = ("page-unreachable", "page-certificate", "page-status")

Size = Literal["large", "small", "none"]

_WIDTH = 480  # px of a picture in the report


@dataclass(frozen=True, slots=True)
class PlatformPreview:
    """A platform's card: texts, picture, and `crop`, its part that is seen: x, y, width, height in px."""

    platform: str
    title: str
    description: str
    image: str
    size: Size
    crop: tuple[int, int, int, int] | None
    why: str


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


def previews(subject: Subject, findings: list[AuditFinding]) -> list[PlatformPreview]:
    """Return one for each platform."""
    return [_preview(subject, platform, findings) for platform in platforms()]


def _preview(subject: Subject, platform: Platform, findings: list[AuditFinding]) -> PlatformPreview:
    tags = subject.tags
    order = ("twitter:", "og:") if platform.twitter_first else ("og:", "twitter:")
    title = tags.text(*(f"{prefix}title" for prefix in order)) or " ".join(tags.title.split())
    description = tags.text(*(f"{prefix}description" for prefix in order)) or tags.text("description")
    blocking = [f for f in findings if f.code.startswith("page-") and f.severity == "error"]
    concerned = [f for f in blocking if not f.platforms or platform.name in f.platforms]
    if concerned:
        return PlatformPreview(platform.name, "", "", "", "none", None, concerned[0].message)
    picture, why = _picture(subject, platform, findings)
    if picture is None:
        return PlatformPreview(
            platform.name, title, description, subject.image_url(platform), "none", None, why
        )
    size: Size = "large"
    if picture.width < platform.least[0] or picture.height < platform.least[1]:
        size, why = "small", f"smaller than {platform.least[0]} × {platform.least[1]}"
    elif platform.asks_large and tags.text("twitter:card") not in ("summary_large_image", "player"):
        size, why = "small", "twitter:card does not ask for the large picture"
    crop = crop_of(picture, 1.0 if size == "small" else platform.ratio)
    return PlatformPreview(platform.name, title, description, subject.image_url(platform), size, crop, why)


def _picture(
    subject: Subject, platform: Platform, findings: list[AuditFinding]
) -> tuple[PictureFile | None, str]:
    """Return the picture that a platform shows, or why it shows none."""
    answer = subject.image(platform)
    if answer is None:
        return None, "the page names no picture that can be fetched"
    if not answer.is_good:
        return None, answer.problem or f"the picture is answered with {answer.status}"
    for finding in findings:
        costs = finding.code in ("image-format", "image-bytes", "image-robots", "tags-late")
        if costs and platform.name in finding.platforms:
            return None, finding.message
    picture = subject.look(answer)
    return (picture, "") if picture.width else (None, "what comes is no picture that it shows")


def crop_of(picture: PictureFile, ratio: float | None) -> tuple[int, int, int, int]:
    """Return the part that is seen of a picture, centred."""
    width, height = picture.width, picture.height
    if ratio is None:
        return 0, 0, width, height
    if width / height > ratio:
        seen = max(1, round(height * ratio))
        return (width - seen) // 2, 0, seen, height
    seen = max(1, round(width / ratio))
    return 0, (height - seen) // 2, width, seen


def html_report(pages: Sequence[Audited], now: datetime | None = None, *, asks: bool = False) -> str:
    """Return the report; where it `asks`, it begins with a form for the address of a page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC")
    shown = [
        (page, [(preview, _thumbnail(page.subject, preview)) for preview in page.previews]) for page in pages
    ]
    return environment.get_template("report.html.jinja").render(pages=shown, moment=moment, asks=asks)


def _thumbnail(subject: Subject, preview: PlatformPreview) -> str:
    """Return the part of the picture that a platform shows, as a data URL; empty where it shows none."""
    if preview.crop is None:
        return ""
    url = preview.image
    answer = next(
        (a for (asked, _), a in subject.visitor.answers.items() if asked == url and a.is_good), None
    )
    if answer is None:
        return ""
    x, y, width, height = preview.crop
    with Image.open(io.BytesIO(answer.body)) as image:
        cut = image.convert("RGB").crop((x, y, x + width, y + height))
    cut.thumbnail((_WIDTH, _WIDTH))
    out = io.BytesIO()
    cut.save(out, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
