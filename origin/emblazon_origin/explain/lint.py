"""Lint: every template with its preview, its cases, and the worst input that its schema lets through.

The worst that a template can be given is long, short, empty, unbreakable, other scripts, lost pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import orjson

from emblazon.contract.schema import ParamSpec, ParamValue, TemplateSpec

from ..bound_request import bound_request
from ..errors import EmblazonError
from ..render import Engine, RenderRequest
from ..report import Code, Diagnostic, summed, told_counts
from ..template.brand import NO_BRAND, Brand
from ..template.library import CardTemplate, TemplateLibrary
from .explain_card import explain_card
from .explanation import format_finding

# Warnings of a render that a template may not ship with.
ERRORS: frozenset[Code] = frozenset((
    "css-syntax", "css-unknown-property", "css-invalid-value", "css-invalid-selector", "missing-glyph",
    "text-overflow", "font-load-failed", "image-failed",
))  # fmt: skip

_TEXTUAL = ("string", "text", "list")
LOST_PICTURE = "https://example.invalid/not-there.png"  # RFC 2606: no such host
_LONG = (
    "What eleven winters of keeping weather records by hand on an uninhabited island taught one family "
    "about patience, instruments, arithmetic and, in the end, about each other and the sea around them, "
)
_SAMPLES: dict[str, tuple[str, str]] = {  # case → language, text
    "rtl": ("ar", "عودة الخرائط المرسومة باليد: الأقمار الصناعية ترى كل سقف، لكن المشاة يريدون خريطة "),
    "hebrew": ("he", "שובה השקט של המפה המצוירת ביד, ומה שהיא יודעת להשמיט ממנה "),
    "cjk": (
        "ja",
        "手描き地図が、静かに帰ってきた。衛星はすべての屋根を映すが、歩く人は何を省くかを知る地図を求める。",
    ),
    "chinese": (
        "zh-CN",
        "手绘地图悄然归来。卫星能看见每一片屋顶，而行走的人想要的是一张懂得取舍的地图。",
    ),
    "thai": ("th", "การกลับมาอย่างเงียบ ๆ ของแผนที่วาดด้วยมือ และสิ่งที่ผู้วาดรู้ว่าควรละไว้ "),
    "hindi": ("hi", "हाथ से बने नक्शों की शांत वापसी, और वे बातें जिन्हें नक्शा छोड़ देना जानता है "),
    "emoji": ("", "Shipping 🚢 on a Friday 🙈 for 👩‍🚀👨🏽‍💻 teams 🇯🇵 1️⃣ ❤️ "),
}


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
        lines.append(f"{len(self.templates)} templates, {self.cards} cards: {told_counts(errors, warnings)}")
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


@dataclass(frozen=True, slots=True)
class WorstCase:
    """A card to draw; `params` are checked against the schema later."""

    name: str
    params: dict[str, ParamValue]
    lang: str = ""


def worst_cases(spec: TemplateSpec, preview: Mapping[str, ParamValue]) -> list[WorstCase]:
    """Return the cases that are made from the schema, on top of what the preview shows."""
    cases = [
        WorstCase("worst-short", _with_texts(spec, preview, lambda p: "A")),
        WorstCase("worst-long", _with_texts(spec, preview, lambda p: fill(_LONG, p.max_length))),
        WorstCase("worst-unbreakable", _with_texts(spec, preview, lambda p: "W" * min(p.max_length, 80))),
        WorstCase("worst-empty", _only_required(spec, preview)),
    ]
    if any(_is_picture(param, preview) for param in spec.params.values()):
        cases.append(WorstCase("worst-no-picture", _with_pictures(spec, preview, "")))
        cases.append(WorstCase("worst-lost-picture", _with_pictures(spec, preview, LOST_PICTURE)))
    for name, (lang, sample) in _SAMPLES.items():
        params = _with_texts(spec, preview, lambda p, s=sample: fill(s, min(p.max_length, len(s))))  # type: ignore[misc]
        cases.append(WorstCase(f"worst-{name}", params, lang))
    return cases


def fill(sample: str, length: int) -> str:
    """Return a text of at most `length` characters made of a sample, repeated."""
    return (sample * (length // len(sample) + 1))[:length].strip() or sample[:1]


def _with_texts(
    spec: TemplateSpec, preview: Mapping[str, ParamValue], text: Callable[[ParamSpec], str]
) -> dict[str, ParamValue]:
    params = dict(preview)
    for name, param in spec.params.items():
        if param.type in _TEXTUAL and not _is_picture(param, preview):
            value = text(param)
            params[name] = (value[: param.max_length // 4],) * 3 if param.type == "list" else value
    return params


def _with_pictures(spec: TemplateSpec, preview: Mapping[str, ParamValue], url: str) -> dict[str, ParamValue]:
    pictures = [param for param in spec.params.values() if _is_picture(param, preview)]
    params = {name: value for name, value in preview.items() if spec.params[name] not in pictures}
    for param in pictures if url else ():
        params[param.name] = (url, f"{url}?2") if param.type == "list" else url
    return params


def _is_picture(param: ParamSpec, preview: Mapping[str, ParamValue]) -> bool:
    """Whether a parameter is the address of a picture, or in the preview a list of such."""
    shown = preview.get(param.name)
    listed = isinstance(shown, tuple) and all(item.startswith("https://") for item in shown)
    return param.type == "url" or (param.type == "list" and bool(shown) and listed)


def _only_required(spec: TemplateSpec, preview: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    return {name: value for name, value in preview.items() if spec.params[name].required}
