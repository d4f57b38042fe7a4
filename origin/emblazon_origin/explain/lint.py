"""Lint: every template with its preview, its cases, and the worst input that its schema lets through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from emblazon.contract.schema import ParamValue

from ..bound_request import bound_request
from ..errors import EmblazonError
from ..finding_summary import summed
from ..render import Engine, RenderRequest
from ..report import Code, Diagnostic
from ..template.brand import NO_BRAND, Brand
from ..template.library import CardTemplate, TemplateLibrary
from .explain_card import explain_card
from .explanation import format_finding
from .worst_cases import worst_cases

# Warnings of a render that a template may not ship with.
ERRORS: frozenset[Code] = frozenset((
    "css-syntax", "css-unknown-property", "css-invalid-value", "css-invalid-selector", "missing-glyph",
    "text-overflow", "font-load-failed", "image-failed",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A finding, and the cases of the template in which it shows."""

    template: str
    cases: tuple[str, ...]
    finding: Diagnostic


@dataclass(frozen=True, slots=True)
class LintResult:
    """What all templates have to say."""

    templates: tuple[str, ...]
    cards: int
    findings: tuple[LintFinding, ...]

    @property
    def has_errors(self) -> bool:
        """True where a template may not ship."""
        return any(entry.finding.severity == "error" for entry in self.findings)

    def to_json(self) -> str:
        """Return everything as indented JSON."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2).decode()

    def to_text(self) -> str:
        """Return what a person wants to read in a terminal."""
        lines = []
        for entry in self.findings:
            cases = ", ".join(entry.cases[:4]) + (" …" if len(entry.cases) > 4 else "")
            lines.append(f"{entry.template} ({cases}): {format_finding(entry.finding)}")
        errors = sum(entry.finding.severity == "error" for entry in self.findings)
        warnings = sum(entry.finding.severity == "warning" for entry in self.findings)
        lines.append(
            f"{len(self.templates)} templates, {self.cards} cards: {errors} errors, {warnings} warnings"
        )
        return "\n".join(lines) + "\n"


def lint_templates(folder: Path | Sequence[Path], engine: Engine, brand: Brand = NO_BRAND) -> LintResult:
    """Explain every template of a folder, or of several, with every case.

    Raises `TemplateError` where one does not load.
    """
    library = TemplateLibrary(folder, engine.fonts.digest, brand)
    found: dict[tuple[str, Diagnostic], list[str]] = {}
    cards = 0
    for name in library.specs:
        for case, request in _cases(library, name, found):
            cards += 1
            for finding in _explain(request, engine):
                if case == "worst-lost-picture" and finding.code == "image-failed":
                    continue
                found.setdefault((name, finding), []).append(case)
    findings = [LintFinding(name, tuple(cases), finding) for (name, finding), cases in found.items()]
    return LintResult(tuple(library.specs), cards, tuple(findings))


def _cases(
    library: TemplateLibrary, name: str, found: dict[tuple[str, Diagnostic], list[str]]
) -> Iterator[tuple[str, RenderRequest]]:
    """Yield every case of a template as HTML; what cannot be bound becomes a finding."""
    template = library.get(name)
    shown = _preview_params(template)
    cases: list[tuple[str, dict[str, ParamValue], str, str]] = [
        (case, dict(request.params), request.lang, request.variant)
        for case, request in template.preview.cases.items()
    ]
    cases += [(case.name, case.params, case.lang, "") for case in worst_cases(template.spec, shown)]
    for case, params, lang, variant in cases:
        try:
            values = library.check(name, params)
            yield case, bound_request(library, name, values, lang=lang, variant=variant, format="auto-safe")
        except EmblazonError as error:
            found.setdefault((name, _failed(str(error))), []).append(case)


def _preview_params(template: CardTemplate) -> dict[str, ParamValue]:
    request = template.preview.cases.get("preview")
    return dict(request.params) if request is not None else {}


def _explain(request: RenderRequest, engine: Engine) -> list[Diagnostic]:
    try:
        findings = explain_card(request, engine).diagnostics
    except EmblazonError as error:
        return [_failed(str(error), request.file)]
    # One finding per place and kind: cases differ in the text that they quote.
    return [_promoted(finding) for finding in summed(findings) if finding.severity != "info"]


def _promoted(finding: Diagnostic) -> Diagnostic:
    return replace(finding, severity="error") if finding.code in ERRORS else finding


def _failed(message: str, file: str = "") -> Diagnostic:
    return Diagnostic("error", "limit", message, file)
