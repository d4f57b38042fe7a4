"""Explain one card: render it, then look at what came out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PIL import Image

from emblazon.contract.schema import EXTENSION_OF

from ..ground import image_of
from ..layout.boxes.box import Box
from ..prepared.prepared_cards import LaidOut
from ..render import Engine, RenderRequest, encode, paint, timed
from ..report import Report
from .drawn_text import DrawnRun, drawn_runs
from .explanation import ExplainedBox, ExplainedText, Explanation, Numbers, rounded
from .picture_findings import (
    contrast_findings,
    overflow_findings,
    platform_findings,
    required_contrast,
    run_contrast,
    safe_area,
    safe_area_findings,
)


def explain_card(request: RenderRequest, engine: Engine) -> Explanation:
    """Return everything there is to say about a card. Raises `CardError` where it cannot be drawn."""
    report = Report(request.file)
    laid_out = engine.lay_out(request, report)
    with timed(report, "paint"):
        picture = image_of(paint(request, laid_out, report))
    runs = drawn_runs(laid_out.root)
    backdrop = image_of(paint(request, laid_out._replace(root=without_text(laid_out.root)), Report()))
    texts = [_explain_run(run, laid_out, backdrop, request.dpr) for run in runs]
    marks: list[tuple[str, Numbers]] = []
    marks += contrast_findings(texts, report)
    marks += overflow_findings(runs, request, report)
    marks += safe_area_findings(runs, request, report)
    with timed(report, "encode"):
        data, content_type = encode(request, picture, report)
    platform_findings(EXTENSION_OF[content_type], len(data), report)
    return Explanation(
        request.file,
        request.width,
        request.height,
        request.dpr,
        tuple(report.diagnostics),
        tuple(texts),
        tuple(_explain_boxes(laid_out.root)),
        _faces(runs),
        report.timings,
        rounded(safe_area(request.width, request.height)),
        tuple(marks),
        len(data),
        content_type,
        picture,
    )


def without_text(root: Box) -> Box:
    """Return a copy of the box tree whose lines have no glyphs."""
    copies: dict[int, Box] = {}
    order: list[Box] = []
    stack = [root]
    while stack:
        box = stack.pop()
        order.append(box)
        stack.extend(box.children)
    for box in reversed(order):  # children first
        copies[id(box)] = replace(
            box,
            children=[copies[id(child)] for child in box.children],
            lines=[replace(line, runs=[]) for line in box.lines],
            atomics={item: copies[id(inner)] for item, inner in box.atomics.items()},
        )
    return copies[id(root)]


def _explain_run(drawn: DrawnRun, laid_out: LaidOut, backdrop: Image.Image, dpr: float) -> ExplainedText:
    run = drawn.run
    ratio = run_contrast(drawn, backdrop, dpr)
    metrics = run.font.metrics(run.size)
    top = metrics.cap_height or metrics.ascent
    return ExplainedText(
        text=run.text,
        selector=drawn.selector,
        face=run.font.name,
        size=round(run.size, 2),
        rect=rounded(drawn.rect),
        baseline=round(drawn.rect.y + top, 2),
        direction="rtl" if run.rtl else "ltr",
        fallback=laid_out.fonts.font_set(run.style).primary is not run.font,
        missing=sum(glyph == 0 for glyph in run.glyphs),
        contrast=None if ratio is None else round(ratio, 2),
        required=required_contrast(run.size, run.style.font_weight),
    )


def _explain_boxes(root: Box) -> Iterable[ExplainedBox]:
    stack = [root]
    while stack:
        box = stack.pop()
        if box.element is not None:
            kind = "image" if box.replaced is not None else str(box.style.display)
            yield ExplainedBox(
                box.element.selector or box.element.tag, kind, rounded(box.border_box), box.element.line
            )
        stack.extend(reversed(box.children))


def _faces(runs: Iterable[DrawnRun]) -> dict[str, str]:
    drawn: dict[str, set[str]] = {}
    for entry in runs:
        drawn.setdefault(entry.run.font.name, set()).update(entry.run.text)
    return {face: "".join(sorted(characters)) for face, characters in sorted(drawn.items())}
