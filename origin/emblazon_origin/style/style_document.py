"""HTML text → `StyledDocument`: every element with its computed style (docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..report import Report
from .cascade.compute import Environment
from .cascade.containers import Containers
from .cascade.element_findings import ElementFindings
from .cascade.quirks import Quirks
from .cascade.sheets import build_cascade, load_sheets
from .cascade.walk import Styler
from .document.html import parse_html, report_scripts
from .document.image_source import apply_lost_images
from .values.budget import BUDGET, ELEMENT
from .values.dom import FontFaceRule, StyledDocument
from .values.image_values import base_of, resolve_url
from .values.units import FontMetricsPort, Viewport


def style_document(
    html: str,
    *,
    base: str,
    viewport: Viewport,
    lang: str = "",
    report: Report,
    load_text: Callable[[str], str] | None = None,
    metrics: FontMetricsPort | None = None,
    lost_images: frozenset[str] = frozenset(),
    container_sizes: Mapping[int, tuple[float, float]] | None = None,
) -> StyledDocument:
    """Parse HTML and its CSS and compute the style of every element.

    `base` is the directory or URL that relative URLs resolve against; `load_text` reads local style
    sheets; `metrics` measures fonts for `ex cap ch ic lh`; `lost_images` are files that
    cannot be had; `container_sizes` are the content boxes of query containers by number, as an earlier
    layout found them. Raises `CardError` beyond the limits.
    """
    BUDGET.reset()
    parsed = parse_html(html, report)
    if parsed.base:
        base = base_of(resolve_url(parsed.base, base))
    report_scripts(parsed.root, report)
    apply_lost_images(parsed.root, lost_images, viewport, base if parsed.base else "", report)
    sheets = load_sheets(parsed, base, load_text, report)
    cascade = build_cascade(sheets, viewport, quirks=parsed.quirks == "full")
    font_faces = tuple(_located(face, base) for face in cascade.font_faces)
    if metrics is not None and font_faces:
        metrics = metrics.with_faces(font_faces)
    env = Environment(viewport, base, metrics, registered=cascade.properties, quirks=parsed.quirks)
    containers = Containers(env, container_sizes or {}, cascade.rules.queries_containers)
    moved_base = base if parsed.base else ""
    quirks = Quirks() if parsed.quirks == "full" else None
    styler = Styler(
        cascade, env, report, lang, sheets, quirks, moved_base, containers, ElementFindings(report)
    )
    styler.findings.of_faces(font_faces)
    root = styler.document(parsed.root)
    BUDGET.tell(report)
    report.work["style"] = BUDGET.taken + ELEMENT * parsed.elements
    return StyledDocument(root, font_faces, parsed.root, tuple(containers.found))


def _located(face: FontFaceRule, base: str) -> FontFaceRule:
    """Return the rule with its URLs against the document's base (those of other sheets are absolute)."""
    sources = tuple(
        (kind, resolve_url(value, base) if kind == "url" else value) for kind, value in face.sources
    )
    return face if sources == face.sources else replace(face, sources=sources)
