"""Faults of the picture: whether crawlers get it, and what each platform makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from ..platforms import Platform, platforms
from .finding import AuditFinding
from .subject import PictureFile, Subject
from .visit import Answer

_PROBLEMS = {
    "unreachable": "image-unreachable", "certificate": "image-unreachable", "slow": "image-slow",
    "redirects": "image-circle",
}  # fmt: skip
_CROPPED = 0.25  # of a picture, from which on a crop is told
_HOPS = 2


def picture_findings(subject: Subject) -> Iterator[AuditFinding]:
    """Yield faults of the picture that a page names."""
    answer = subject.image()
    if answer is None:
        return
    if not answer.is_good:
        yield _not_got(answer, ())
        return
    yield from _refusals(subject)
    yield from _of_answer(subject, answer)
    picture = subject.picture
    if picture is None:
        return
    if not picture.format:
        yield AuditFinding("image-not-image", f"{answer.url} is answered with {answer.type or 'no type'}")
        return
    yield from _of_file(picture)
    yield from _declared(subject, picture)
    yield from _of_platforms(picture)


def _not_got(answer: Answer, names: tuple[str, ...]) -> AuditFinding:
    if answer.problem:
        return AuditFinding(
            _PROBLEMS[answer.problem], f"{answer.url}: {answer.detail or answer.problem}", 0, names
        )
    return AuditFinding("image-status", f"{answer.url} is answered with {answer.status}", 0, names)


def _refusals(subject: Subject) -> Iterator[AuditFinding]:
    by_reason: dict[tuple[str, int], list[tuple[str, Answer]]] = {}
    for platform in platforms():
        answer = subject.image(platform)
        if answer is not None and not answer.is_good:
            by_reason.setdefault((answer.problem, answer.status), []).append((platform.name, answer))
    for found in by_reason.values():
        yield _not_got(found[0][1], tuple(name for name, _ in found))
    url = subject.image_url()
    forbidden = tuple(p.name for p in platforms() if p.robots and not subject.visitor.may_read(url, p.robots))
    if forbidden:
        yield AuditFinding("image-robots", f"robots.txt forbids {urlsplit(url).path}", 0, forbidden)


def _of_answer(subject: Subject, answer: Answer) -> Iterator[AuditFinding]:
    if len(answer.redirects) > _HOPS:
        yield AuditFinding("image-redirects", f"{len(answer.redirects)} redirects before {answer.url}")
    control = answer.headers.get("cache-control", "").lower()
    if "no-store" in control or "private" in control:
        yield AuditFinding("image-no-store", f"Cache-Control: {control[:80]}")
    picture = subject.picture
    if picture is not None and picture.format and answer.type != picture.media_type:
        said = answer.headers.get("content-type", "none")
        yield AuditFinding(
            "image-content-type", f"Content-Type is {said[:60]}, the file {picture.media_type}"
        )


def _of_file(picture: PictureFile) -> Iterator[AuditFinding]:
    if picture.problem:
        yield AuditFinding("image-damaged", picture.problem[:200])
        return
    if picture.frames > 1:
        yield AuditFinding("image-animated", f"{picture.frames} frames")
    if picture.transparent:
        yield AuditFinding("image-transparent", f"{picture.format.upper()} with transparent pixels")
    if picture.blank:
        yield AuditFinding("image-blank", "every pixel is the same")
    if picture.mode == "CMYK":
        yield AuditFinding("image-cmyk", "JPEG in CMYK")
    if picture.orientation != 1:
        yield AuditFinding("image-turned", f"EXIF orientation {picture.orientation}")


def _declared(subject: Subject, picture: PictureFile) -> Iterator[AuditFinding]:
    tags = subject.tags
    for key, right in (("og:image:width", picture.width), ("og:image:height", picture.height)):
        tag = tags.first(key)
        if tag is not None and right and tag.content != str(right):
            yield AuditFinding(
                "image-size-wrong", f"{key} is {tag.content[:20]}, the file has {right}", tag.line
            )
    tag = tags.first("og:image:type")
    if tag is not None and tag.content.lower() != picture.media_type:
        message = f"og:image:type is {tag.content[:40]}, the file {picture.media_type}"
        yield AuditFinding("image-type-wrong", message, tag.line)


def _of_platforms(picture: PictureFile) -> Iterator[AuditFinding]:
    by_fault: dict[tuple[str, str], list[str]] = {}
    for platform in platforms():
        for code, message in _of_platform(picture, platform):
            by_fault.setdefault((code, message), []).append(platform.name)
    for (code, message), names in by_fault.items():
        yield AuditFinding(code, message, 0, tuple(names))


def _of_platform(picture: PictureFile, platform: Platform) -> Iterator[tuple[str, str]]:
    kind = picture.format
    if kind not in platform.types and not (kind == "gif" and "png" in platform.types):
        yield "image-format", f"{kind.upper()} is not shown"
    elif picture.size > platform.bytes:
        yield "image-bytes", f"{picture.size:,} bytes"
    if not picture.width:
        return
    if picture.width < platform.least[0] or picture.height < platform.least[1]:
        yield "image-small", f"{picture.width} × {picture.height} px"
    elif cropped_share(picture, platform) >= _CROPPED:
        yield "image-crop", f"{picture.width} × {picture.height} px"


def cropped_share(picture: PictureFile, platform: Platform) -> float:
    """Return which part of a picture a platform's crop takes away."""
    if platform.ratio is None or not picture.height:
        return 0.0
    ratio = picture.width / picture.height
    return 1 - min(ratio, platform.ratio) / max(ratio, platform.ratio)
