"""How the style tests style a document and find elements in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from emblazon_origin.report import Diagnostic, Report
from emblazon_origin.style import FontMetricsPort, Viewport, style_document
from emblazon_origin.style.values.budget import BUDGET
from emblazon_origin.style.values.computed import ComputedStyle
from emblazon_origin.style.values.dom import Element, StyledDocument, Text

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def own_budget() -> None:
    """Let no test match selectors with what the document of another one has left."""
    BUDGET.reset()


@dataclass
class Page:
    """A styled document with what it reported."""

    document: StyledDocument
    report: Report
    elements: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """Return the elements of a tag, `#id` or `.class` in document order."""
        if tag.startswith("#"):
            return [e for e in self.elements if e.attributes.get("id") == tag[1:]]
        if tag.startswith("."):
            return [e for e in self.elements if tag[1:] in e.attributes.get("class", "").split()]
        return [e for e in self.elements if e.tag == tag]

    def __getitem__(self, tag: str) -> ComputedStyle:
        return self.all(tag)[0].style

    def text(self, tag: str) -> str:
        """Return the text directly inside the first such element."""
        return "".join(c.data for c in self.all(tag)[0].children if isinstance(c, Text))

    @property
    def messages(self) -> list[str]:
        """What was reported, `line:column code where`."""
        return [f"{d.line}:{d.column} {d.code} {d.where}" for d in self.report.diagnostics]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What was reported."""
        return self.report.diagnostics


def walk(root: Element) -> Iterator[Element]:
    """Yield elements in document order."""
    stack: list[Element] = [root]
    while stack:
        element = stack.pop()
        yield element
        stack += reversed([c for c in element.children if isinstance(c, Element)])


StylePage = Callable[..., Page]


@pytest.fixture
def style() -> StylePage:
    """Style HTML on a 1200×630 canvas."""

    def build(
        html: str,
        *,
        base: str = "/cards",
        width: float = 1200,
        height: float = 630,
        dpr: float = 1,
        scheme: Any = "light",
        lang: str = "",
        load_text: Callable[[str], str] | None = None,
        metrics: FontMetricsPort | None = None,
    ) -> Page:
        report = Report()
        document = style_document(
            html,
            base=base,
            viewport=Viewport(width, height, dpr, scheme),
            lang=lang,
            report=report,
            load_text=load_text,
            metrics=metrics,
        )
        return Page(document, report, list(walk(document.root)))

    return build


@pytest.fixture
def recorded() -> Callable[[str], Any]:
    """Load what Chromium 156 answered, recorded once."""
    return lambda name: json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
