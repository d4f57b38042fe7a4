"""The documents that are kept: by their skeletons and by everything else that decides what becomes of them.

A document is kept when its skeleton is seen for the second time, so that cards which come once cost
nothing.

Each is one document with its styles and boxes, which is laid out again with other texts.

Its resources remember what they gave, so that it notices when a file is another one now.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ..assets.images import ImageStore
from ..assets.resources import Fetched, Resources
from ..caching import ByteCache
from ..errors import EmblazonError
from ..layout.boxes.box import Box
from ..layout.document import DocumentLayout
from ..limits import LAYOUT_WORK
from ..paint.kept_display import KeptDisplay
from ..processes import extent_of
from ..report import Diagnostic, Report
from ..style.values.dom import Element, StyledDocument
from ..text.fonts.font_library import FontLibrary
from .skeleton import AutoDirection, Skeleton, TextPlace, auto_directions, find_places, text_data

MAX_BYTES = 220_000_000  # some fifty-five templates; a process has its share of it
MAX_SIGHTINGS = 4096

_cards: ByteCache[PreparedCard] = ByteCache("prepared", MAX_BYTES, lambda card: card.bytes)
_sightings: ByteCache[bool] = ByteCache("sightings", 200 * MAX_SIGHTINGS, lambda _: 0)

_BYTES_PER_CHARACTER = 60  # what is kept of a document beside pixels, measured
_GROWTH = 4  # texts may be so much longer than those that the document was kept with
_SMALL = 1000
_MOST_WORK = LAYOUT_WORK / 8  # of cards that no growth brings to their limits


@contextmanager
def borrowed(key: Hashable) -> Iterator[PreparedCard | None]:
    """Give the kept document to one thread; None where there is none, another has it, or a file changed.

    Whatever goes wrong with it, it is not kept any longer.
    """
    card = _cards.peek(key)
    if card is None or not card.lock.acquire(blocking=False):
        yield None
        return
    try:
        if not card.laid_out.resources.are_unchanged:
            _cards.drop(key)
            yield None
        else:
            yield card
    except BaseException:
        _cards.drop(key)
        raise
    finally:
        card.lock.release()


def is_wanted(key: Hashable) -> bool:
    """Whether a document is to be kept: it is not yet, and was seen before (which is noted)."""
    before = _sightings.peek(hash(key))
    _sightings.put(hash(key), True)
    return before is not None and _cards.peek(key) is None


def keep(key: Hashable, card: PreparedCard | None) -> None:
    """Keep a document for the requests to come, if it can be."""
    if card is not None:
        _cards.put(key, card)


class LaidOut(NamedTuple):
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
    depth: int  # of its elements
    display: KeptDisplay
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bytes(self) -> int:
        """About what it holds."""
        files = sum(len(given.data) for given in self.laid_out.resources.given.values())
        return _BYTES_PER_CHARACTER * self.characters + files + self.display.bytes

    def put(self, texts: tuple[str, ...]) -> bool:
        """Let other texts stand in the places; False, and nothing done, where they make another document."""
        changed: list[tuple[TextPlace, str, str]] = []
        for place, text in zip(self.places, texts, strict=True):
            if place.written != text:
                data = text_data(text)
                if data is None or not place.takes(data):
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
        file = report.file
        report.diagnostics += [
            finding if finding.file == file else replace(finding, file=file)
            for finding in self.laid_out.findings
        ]
        report.work |= self.work
        self.laid_out.images.report_to(report)
        return self.laid_out._replace(root=self.laid_out.layout.lay_out(report))


def prepared_card(
    html: str, skeleton: Skeleton, laid_out: LaidOut, pixels: int, report: Report
) -> PreparedCard | None:
    """Return a document to keep; None where other texts could change more than boxes and pixels.

    `report` is that of its drawing, which has so many pixels.
    """
    # Other texts may give containers other sizes, and so other styles, and anchors other places.
    asked = laid_out.document.containers or laid_out.layout.results.has_anchored
    if asked or report.degraded or report.lost_images or not laid_out.resources.are_local:
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
    root = laid_out.document.root
    depth = extent_of(root, lambda element: [c for c in element.children if isinstance(c, Element)])[1]
    return PreparedCard(
        laid_out, places, auto_directions(source), work, len(html), depth, KeptDisplay(pixels)
    )


Mark = tuple[int, int, int, int, int]  # device and number of a file, its size, when it was changed
_SETTLED = 2_000_000_000  # nanoseconds after which a change of a file shows in the time of its last one


class Given(NamedTuple):
    """The bytes of a resource, and of a file that had not just been written what tells it from others."""

    data: bytes
    path: str = ""
    mark: Mark | None = None

    @property
    def is_marked(self) -> bool:
        """Whether this is still the same file, unwritten since; False where that cannot be told."""
        return self.mark is not None and self.mark == _mark(self.path)


def _mark(path: str) -> Mark:
    found = os.stat(path)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@dataclass(frozen=True, slots=True)
class WatchedResources(Resources):
    """Reads what a card names, and keeps the bytes of everything that is not in the URL itself."""

    given: dict[str, Given] = field(default_factory=dict, compare=False)

    def read(self, href: str, limit: int | None = None) -> Fetched:
        """Return the bytes behind `href`; raise `AssetError` with the reason otherwise."""
        kind = href.lstrip()[:5].lower()
        if kind == "data:":
            return Resources.read(self, href, limit)
        path, mark = "", None
        if not kind.startswith("http"):
            with suppress(OSError, ValueError):
                path = str((self.base or Path.cwd()) / unquote(urlsplit(href.strip()).path))
                mark = _mark(path)  # before it is read
        fetched = Resources.read(self, href, limit)
        settled = mark is not None and max(mark[3:]) < time.time_ns() - _SETTLED
        self.given[href] = Given(fetched.data, path, mark if settled else None)
        return fetched

    @property
    def are_local(self) -> bool:
        """Whether nothing came over the network."""
        return not any(href.lstrip()[:4].lower() == "http" for href in self.given)

    @property
    def are_unchanged(self) -> bool:
        """Whether every file still has the bytes that it had."""
        try:
            return all(
                given.is_marked or Resources.read(self, href, self.max_font_bytes).data == given.data
                for href, given in self.given.items()
            )
        except (EmblazonError, OSError):
            return False
