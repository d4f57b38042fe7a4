"""What each platform will show of a page, by its own order of precedence, and why not more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..platforms import Platform, platforms
from .finding import AuditFinding
from .subject import PictureFile, Subject

Size = Literal["large", "small", "none"]


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
