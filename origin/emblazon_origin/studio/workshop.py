"""Draws with the templates as they are on disk now, each loaded again by itself when it changes.

Not safe to share between threads; `live_renderer.py` gives it a thread of its own.

The page gets the templates as JSON values (schema, cases for show and the worst cases), and with a picture
what each platform shows of it, from the table of `platforms`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from emblazon.contract.canonical import canonical_query
from emblazon.contract.manifest import template_to_dict
from emblazon.contract.request import CardRequest, build_request, parse_request
from emblazon.contract.schema import EXTENSION_OF, Format, Manifest
from emblazon.contract.uri import MAX_CANONICAL_BYTES

from ..assets.images_decode import ImageLimits
from ..assets.resources import Fetcher
from ..bound_request import request_of_card
from ..errors import EmblazonError
from ..explain import explain_card
from ..explain.lint import worst_cases
from ..explain.picture_findings import crop_rect, platforms_that_cut
from ..home import SETTINGS_FILE, Home
from ..layout.boxes.box import Rect
from ..platforms import Platform, platforms
from ..project import read_project
from ..render import Engine, RenderRequest
from ..report import Diagnostic
from ..template.library import CardTemplate, TemplateLibrary
from .template_fault import Refreshed, TemplateFault, fault_of, shown_path

Facts = dict[str, object]
_NAMED = 40  # findings in the answer to a drawing; `explain` has them all

Entry = dict[str, object]


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


def platform_facts() -> list[dict[str, object]]:
    """Return the platforms' limits as JSON values, strictest first."""
    return [
        {
            "name": platform.name,
            "bytes": platform.bytes,
            "types": platform.types,
            "ratio": platform.ratio,
            "least": platform.least,
            "source": platform.source,
            "kind": platform.kind,
            "read": platform.read.isoformat(),
        }
        for platform in platforms()
    ]


def verdicts(format: Format, size: int, width: int, height: int) -> list[dict[str, object]]:
    """Return one verdict for each platform on a picture of `size` bytes and `width` × `height` device px.

    `crop` is what its large preview shows: left, top, width and height as shares of the picture.
    """
    return [_verdict(platform, format, size, width, height) for platform in platforms()]


def _verdict(platform: Platform, format: Format, size: int, width: int, height: int) -> dict[str, object]:
    refusal = platform.refusal(format, size)
    is_small = width < platform.least[0] or height < platform.least[1]
    shown = crop_rect(platform, width, height)
    cut = round((1 - shown.width * shown.height / (width * height)) * 100, 1)
    if refusal:
        state, text = "refused", f"Not shown: {platform.name} {refusal}"
    elif is_small:
        state = "small"
        text = f"A thumbnail only: large from {platform.least[0]} × {platform.least[1]}"
    elif cut >= 1:
        state, text = "cut", f"Shown, {cut:g} % cut off"
    else:
        state, text = "shown", "Shown whole"
    crop = [shown.x / width, shown.y / height, shown.width / width, shown.height / height]
    return {"platform": platform.name, "state": state, "text": text, "crop": [round(n, 4) for n in crop]}


def catalogue(workshop: Workshop, home: Home) -> Entry:
    """Return every template, the project's own first, and the platforms."""
    entries = [_entry(workshop.library.get(name), home) for name in workshop.library.specs]
    entries.sort(key=lambda entry: (not entry["own"], str(entry["name"])))
    return {"templates": entries, "platforms": platform_facts(), "project": home.root.name}


def _entry(template: CardTemplate, home: Home) -> Entry:
    spec = template.spec
    own = home.root != home.builtin and template.folder.is_relative_to(home.own_templates)
    return template_to_dict(spec) | {
        "name": spec.name,
        "own": own,
        "folder": str(template.folder),
        "cases": [_case(name, request) for name, request in template.preview.cases.items()],
        "worst": _worst(template),
    }


def _case(name: str, request: CardRequest) -> Entry:
    return {"name": name, "query": canonical_query(request), "lang": request.lang, "variant": request.variant}


def _worst(template: CardTemplate) -> list[Entry]:
    spec, shown = template.spec, template.preview.cases.get("preview")
    manifest = Manifest("", {spec.name: spec})
    entries = []
    for case in worst_cases(spec, shown.params if shown else {}):
        options = {"lang": case.lang} if case.lang else {}
        card = {"template": spec.name, "params": case.params, "options": options}
        entries.append(_case(case.name.removeprefix("worst-"), build_request(card, manifest)))
    return entries
