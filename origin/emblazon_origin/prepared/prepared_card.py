"""One document with its styles and boxes, which is laid out again with other texts."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

from ..layout.boxes.box import Box
from ..layout.document import DocumentLayout
from ..limits import LEAST_PAINT_WORK
from ..report import Diagnostic, Report
from .skeleton import Skeleton, text_data
from .text_places import AutoDirection, TextPlace, auto_directions, find_places, is_whole
from .watched_resources import WatchedResources

_BYTES_PER_CHARACTER = 60  # what is kept of a document beside pixels, measured
_GROWTH = 4  # texts may be so much longer than those that the document was kept with
_SMALL = 1000
_MOST_WORK = LEAST_PAINT_WORK / 40  # of cards that no growth brings to their limits


@dataclass(eq=False)
class PreparedCard:
    """A laid-out document. Whoever works with it holds its lock: other texts change it."""

    layout: DocumentLayout
    places: list[TextPlace]
    directions: list[AutoDirection]
    resources: WatchedResources
    findings: tuple[Diagnostic, ...]  # of the document without its texts
    work: dict[str, float]
    characters: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bytes(self) -> int:
        """About what it holds."""
        return _BYTES_PER_CHARACTER * self.characters + sum(map(len, self.resources.given.values()))

    def put(self, texts: tuple[str, ...]) -> bool:
        """Let other texts stand in the places; False where they make another document, for good or not."""
        filled: list[tuple[TextPlace, str, str]] = []
        for place, text in zip(self.places, texts, strict=True):
            if place.written != text:
                data = text_data(text)
                if data is None or not is_whole(place):
                    return False
                filled.append((place, text, data))
        if sum(map(len, texts)) > _GROWTH * self.characters + _SMALL or not self.resources.are_unchanged:
            return False
        for place, text, data in filled:
            place.put(text, data)
        return all(direction.holds for direction in self.directions)

    def boxes(self, report: Report) -> Box:
        """Lay out what has changed; return the root's box."""
        report.diagnostics += (replace(finding, file=report.file) for finding in self.findings)
        report.work |= self.work
        return self.layout.boxes(report)


def prepared_card(
    html: str, skeleton: Skeleton, layout: DocumentLayout, resources: WatchedResources,
    findings: tuple[Diagnostic, ...], report: Report,
) -> PreparedCard | None:  # fmt: skip
    """Return a document to keep; None where other texts could change more than boxes and pixels.

    `report` is that of its drawing, `findings` are those of them that do not depend on its texts.
    """
    if report.degraded or report.lost_images or not resources.are_local:
        return None
    if sum(report.work.values()) > _MOST_WORK or any(f.code == "limit" for f in report.diagnostics):
        return None
    line = html.count("\n", 0, skeleton.first) + 1
    first = line, skeleton.first - html.rfind("\n", 0, skeleton.first)
    if any(finding.column and (finding.line, finding.column) > first for finding in findings):
        return None
    places = find_places(layout.document, layout.root, skeleton.texts)
    source = layout.document.source
    if places is None or source is None:
        return None
    work = {stage: units for stage, units in report.work.items() if stage != "layout"}
    return PreparedCard(layout, places, auto_directions(source), resources, findings, work, len(html))
