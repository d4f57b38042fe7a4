"""Findings that only the finished layout and picture can tell; each returns its marks for the overlay."""

from __future__ import annotations

from collections.abc import Iterable

from emblazon.contract.schema import Format

from ..layout.boxes.box import Rect
from ..platforms import describe_refusals
from ..render import RenderRequest
from ..report import Report
from .drawn_text import DrawnRun, intersect
from .explanation import ExplainedText, Numbers, rounded
from .safe_area import platforms_that_cut

Marks = list[tuple[str, Numbers]]
_SLACK = 1.0  # px that may be cut before it is worth a word


def contrast_findings(texts: Iterable[ExplainedText], report: Report) -> Marks:
    """Warn of text below WCAG AA, once per element."""
    marks: Marks = []
    told: set[str] = set()
    for text in texts:
        if text.contrast is None or text.contrast >= text.required or not text.text.strip():
            continue
        marks.append(("low-contrast", text.rect))
        if text.selector in told:
            continue
        told.add(text.selector)
        report.add(
            "warning",
            "low-contrast",
            f"{_short(text.text)}: contrast {text.contrast:.2f} is below {text.required:g} (WCAG AA)",
            where=text.selector,
        )
    return marks


def overflow_findings(runs: Iterable[DrawnRun], request: RenderRequest, report: Report) -> Marks:
    """Warn of text that the canvas or a clipping box cuts off."""
    canvas = Rect(0.0, 0.0, request.width, request.height)
    marks: Marks = []
    told: set[str] = set()
    for drawn in runs:
        if not drawn.run.text.strip():
            continue
        shown = intersect(drawn.visible, canvas)
        lost = max(drawn.rect.width - shown.width, drawn.rect.height - shown.height)
        if lost <= _SLACK:
            continue
        marks.append(("text-overflow", rounded(drawn.rect)))
        if drawn.selector in told:
            continue
        told.add(drawn.selector)
        gone = shown.width < 1 or shown.height < 1
        where = "is not visible at all" if gone else f"is cut off by {lost:.0f} px"
        report.add("warning", "text-overflow", f"{_short(drawn.run.text)} {where}", where=drawn.selector)
    return marks


def safe_area_findings(runs: Iterable[DrawnRun], request: RenderRequest, report: Report) -> Marks:
    """Warn of text that some platform's large preview does not show."""
    canvas = Rect(0.0, 0.0, request.width, request.height)
    marks: Marks = []
    told: set[str] = set()
    for drawn in runs:
        shown = intersect(drawn.visible, canvas)
        if not drawn.run.text.strip() or shown.width < 1 or shown.height < 1:
            continue
        cutting = platforms_that_cut(shown, request.width, request.height)
        if not cutting:
            continue
        marks.append(("outside-safe-area", rounded(shown)))
        if drawn.selector not in told:
            told.add(drawn.selector)
            message = f"{_short(drawn.run.text)} is cut off on {', '.join(cutting)}"
            report.add("warning", "outside-safe-area", message, where=drawn.selector)
    return marks


def platform_findings(format: Format, size: int, report: Report) -> None:
    """Warn of platforms that do not show the file."""
    told = describe_refusals(format, size)
    if told:
        report.add("warning", "platform-limit", f"{told}; ask for auto-safe", where=format)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"
