"""Draws with the templates as they are on disk now, each loaded again by itself when it changes.

Not safe to share between threads; `live_renderer.py` gives it a thread of its own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emblazon.contract.request import CardRequest, parse_request
from emblazon.contract.schema import EXTENSION_OF
from emblazon.contract.uri import MAX_CANONICAL_BYTES

from ..assets.images_decode import ImageLimits
from ..assets.resources import Fetcher
from ..bound_request import request_of_card
from ..errors import EmblazonError
from ..explain import explain_card
from ..explain.safe_area import platforms_that_cut
from ..home import SETTINGS_FILE, Home
from ..layout.boxes.box import Rect
from ..project import read_project
from ..render import Engine, RenderRequest
from ..report import Diagnostic
from ..template.library import TemplateLibrary
from .template_fault import Refreshed, TemplateFault, fault_of, shown_path
from .verdicts import verdicts

Facts = dict[str, object]
_NAMED = 40  # findings in the answer to a drawing; `explain` has them all


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and what the page says beside it."""

    data: bytes
    content_type: str
    facts: Facts
    is_pinned: bool  # its address names the version of the template that drew it


class Workshop:
    """The templates, fonts and brand of a project, and the engine that draws with them."""

    def __init__(self, home: Home, fetcher: Fetcher | None, image_limits: ImageLimits) -> None:
        """Load everything. Raises EmblazonError for the first file that is not right."""
        self._home = home
        self._fetcher = fetcher
        self._image_limits = image_limits
        self._load()

    def _load(self) -> None:
        engine = Engine.from_home(self._home, fetcher=self._fetcher, image_limits=self._image_limits)
        brand = read_project(self._home).brand
        self.library = TemplateLibrary(self._home.templates, engine.fonts.digest, brand)
        self._engine = engine
        self._common = self._signature()

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        """Return what fonts and brand are made of: when these change, everything is loaded again."""
        paths = [self._home.root / SETTINGS_FILE]
        paths += [path for folder in self._home.fonts for path in sorted(folder.glob("*"))]
        stats = [(str(path), path.stat()) for path in paths if path.is_file()]
        return tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in stats)

    def read(self, name: str, extension: str, query: str) -> CardRequest:
        """Return the card that a URL's parts ask for. Raises Problem."""
        manifest = self.library.manifest("studio")
        path = f"/og/{name}.{extension}"
        return parse_request("GET", path, query, manifest, longest=MAX_CANONICAL_BYTES)

    def draw(self, card: CardRequest) -> Drawn:
        """Draw a card quickly. Raises CardError."""
        began = time.perf_counter()
        rendered = self._engine.render(self._request(card))
        milliseconds = (time.perf_counter() - began) * 1000
        findings = [*_changed(card), *map(self._shown, rendered.report.diagnostics)][:_NAMED]
        format = EXTENSION_OF[rendered.content_type]
        facts: Facts = {
            "ms": round(milliseconds, 1),
            "bytes": len(rendered.data),
            "type": rendered.content_type,
            "width": rendered.width,
            "height": rendered.height,
            "version": card.template.version,
            "verdicts": verdicts(format, len(rendered.data), rendered.width, rendered.height),
            "findings": findings,
        }
        return Drawn(rendered.data, rendered.content_type, facts, card.immutable)

    def explain(self, card: CardRequest) -> Facts:
        """Return boxes, texts, faces and findings of a card. Raises CardError."""
        explanation = explain_card(self._request(card), self._engine)
        told = explanation.data()
        facts = {name: value for name, value in told.items() if name not in ("file", "diagnostics")}
        findings = [*_changed(card), *map(self._shown, explanation.diagnostics)]
        marks = [{"code": code, "rect": rect} for code, rect in explanation.marks]
        cut = {name for text in explanation.texts for name in _cut_by(text.rect, card)}
        return facts | {"findings": findings, "marks": marks, "cut_text": sorted(cut)}

    def refresh(self) -> Refreshed:
        """Load what changed on disk, draw each such template once, and return how that went."""
        if self._common != self._signature():
            return self._refresh_all()
        changed = self.library.reload()
        root = self._home.root
        faults = {name: fault_of(error, root) for name, error in self.library.errors.items()}
        return self._drawn_again([name for name in changed if name in self.library.specs], faults)

    def _refresh_all(self) -> Refreshed:
        try:
            self._load()
        except (EmblazonError, OSError) as error:
            return Refreshed(faults={"": fault_of(error, self._home.root)})
        return self._drawn_again(sorted(self.library.specs), {})

    def _drawn_again(self, names: Sequence[str], faults: dict[str, TemplateFault]) -> Refreshed:
        changed: dict[str, float] = {}
        for name in names:
            began = time.perf_counter()
            preview = self.library.get(name).preview.cases.get("preview")
            try:
                if preview is not None:
                    self._engine.render(self._request(preview))
            except EmblazonError as error:
                faults = faults | {name: fault_of(error, self._home.root)}
            changed[name] = (time.perf_counter() - began) * 1000
        return Refreshed(changed, faults)

    def _request(self, card: CardRequest) -> RenderRequest:
        return request_of_card(self.library, card)

    def _shown(self, finding: Diagnostic) -> Facts:
        file = shown_path(Path(finding.file), self._home.root) if finding.file else ""
        named = replace(finding, file=file)
        return {slot: getattr(named, slot) for slot in Diagnostic.__slots__}


def _changed(card: CardRequest) -> list[Facts]:
    """Return what of a card is not drawn as it was given."""
    return [
        {"severity": "warning", "code": found.code, "message": found.detail, "where": found.param}
        for found in card.findings
    ]


def _cut_by(rect: tuple[float, float, float, float], card: CardRequest) -> list[str]:
    return platforms_that_cut(Rect(*rect), card.width, card.height)
