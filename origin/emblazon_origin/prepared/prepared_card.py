"""One document with its styles and boxes, which is laid out again with other texts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from ..assets.images import ImageStore
from ..layout.boxes.box import Box
from ..layout.document import DocumentLayout
from ..limits import LAYOUT_WORK
from ..paint.kept_display import KeptDisplay
from ..report import Diagnostic, Report
from ..style.values.dom import StyledDocument
from ..text.fonts.font_library import FontLibrary
from .skeleton import Skeleton, text_data
from .text_places import AutoDirection, TextPlace, auto_directions, find_places, is_whole
from .watched_resources import WatchedResources

_BYTES_PER_CHARACTER = 60  # what is kept of a document beside pixels, measured
_GROWTH = 4  # texts may be so much longer than those that the document was kept with
_SMALL = 1000
_MOST_WORK = LAYOUT_WORK / 6  # of cards that no growth brings to their limits


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A card before paint: its boxes, and what painting them needs."""

    document: StyledDocument
    root: Box
    fonts: FontLibrary
    images: ImageStore
    layout: DocumentLayout
    resources: WatchedResources
    findings: tuple[Diagnostic, ...]  # of the document and its assets, without its texts


@dataclass(eq=False)
class PreparedCard:
    """A laid-out document. Whoever works with it holds its lock: other texts change it."""

    laid_out: LaidOut
    places: list[TextPlace]
    directions: list[AutoDirection]
    work: dict[str, float]
    characters: int
    display: KeptDisplay
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bytes(self) -> int:
        """About what it holds."""
        files = sum(map(len, self.laid_out.resources.given.values()))
        return _BYTES_PER_CHARACTER * self.characters + files + self.display.bytes

    def put(self, texts: tuple[str, ...]) -> bool:
        """Let other texts stand in the places; False, and nothing done, where they make another document."""
        changed: list[tuple[TextPlace, str, str]] = []
        for place, text in zip(self.places, texts, strict=True):
            if place.written != text:
                data = text_data(text)
                if data is None or not is_whole(place):
                    return False
                changed.append((place, text, data))
        if sum(map(len, texts)) > _GROWTH * self.characters + _SMALL:
            return False
        before = [(place, place.written, place.data) for place, _, _ in changed]
        for place, text, data in changed:
            place.put(text, data, self.laid_out.layout.results)
        if all(direction.holds for direction in self.directions):
            return True
        for place, text, data in before:
            place.put(text, data, self.laid_out.layout.results)
        return False

    def lay_out(self, report: Report) -> LaidOut:
        """Lay out what has changed."""
        report.diagnostics += (replace(finding, file=report.file) for finding in self.laid_out.findings)
        report.work |= self.work
        self.laid_out.images.report_to(report)
        return replace(self.laid_out, root=self.laid_out.layout.lay_out(report))


def prepared_card(
    html: str, skeleton: Skeleton, laid_out: LaidOut, pixels: int, report: Report
) -> PreparedCard | None:
    """Return a document to keep; None where other texts could change more than boxes and pixels.

    `report` is that of its drawing, which has so many pixels.
    """
    if report.degraded or report.lost_images or not laid_out.resources.are_local:
        return None
    if sum(report.work.values()) > _MOST_WORK or any(f.code == "limit" for f in report.diagnostics):
        return None
    line = html.count("\n", 0, skeleton.first) + 1
    first = line, skeleton.first - html.rfind("\n", 0, skeleton.first)
    if any(finding.column and (finding.line, finding.column) > first for finding in laid_out.findings):
        return None
    places = find_places(laid_out.document, laid_out.layout.root, skeleton.texts)
    source = laid_out.document.source
    if places is None or source is None:
        return None
    work = {stage: units for stage, units in report.work.items() if stage != "layout"}
    return PreparedCard(laid_out, places, auto_directions(source), work, len(html), KeptDisplay(pixels))
