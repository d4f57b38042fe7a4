"""What `--json` prints, one type for each command: scripts may rely on every name here.

`OUTPUTS` is the table that docs/cli.md and the tests share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # pydantic reads the standard one from Python 3.12 on


class SignOutput(TypedDict):
    """A signed address; `expires_at` is in seconds since 1970, null for ever."""

    url: str
    expires_at: int | None


class UrlOutput(TypedDict):
    """A card's address."""

    url: str


class MetaOutput(TypedDict):
    """A card's address, and the elements of a page's head as HTML and by name."""

    url: str
    html: str
    tags: dict[str, str]


class FindingOutput(TypedDict):
    """What a render had to say; `line` and `column` are 0 where there is no place."""

    severity: str
    code: str
    message: str
    file: str
    line: int
    column: int
    where: str


class RenderOutput(TypedDict):
    """The file that was written. Sizes are pixels and bytes."""

    file: str
    type: str
    width: int
    height: int
    bytes: int
    findings: list[FindingOutput]


class TextOutput(TypedDict):
    """One run of text on a card, and how well it can be read."""

    text: str
    selector: str
    face: str
    size: float
    rect: list[float]
    baseline: float
    direction: str
    fallback: bool
    missing: int
    contrast: float | None
    required: float


class BoxOutput(TypedDict):
    """One box of a card, in CSS px."""

    selector: str
    kind: str
    rect: list[float]
    line: int


class ExplainOutput(TypedDict):
    """One card, explained. `timings` are milliseconds."""

    file: str
    width: int
    height: int
    dpr: float
    diagnostics: list[FindingOutput]
    texts: list[TextOutput]
    boxes: list[BoxOutput]
    faces: dict[str, str]
    timings: dict[str, float]
    safe_area: list[float]
    bytes: int
    content_type: str


class LintEntryOutput(TypedDict):
    """A finding, and the cases of the template in which it shows."""

    template: str
    cases: list[str]
    finding: FindingOutput


class LintOutput(TypedDict):
    """What all templates have to say."""

    templates: list[str]
    cards: int
    findings: list[LintEntryOutput]


class WrittenOutput(TypedDict):
    """The files that were written."""

    written: list[str]


class FontsOutput(TypedDict):
    """Where the fonts are, and how many files were written now."""

    folder: str
    written: int


class SettingOutput(TypedDict):
    """One setting; `value` of a secret says its length alone."""

    name: str
    value: str
    source: str


class CheckOutput(TypedDict):
    """One thing that was looked at: `state` is ok, warning or fault."""

    name: str
    state: str
    found: str
    fix: str


class LookOutput(TypedDict):
    """One look of a template beside the first: clicks by `per` (view or unfurl), intervals of 95 %."""

    look: str
    unfurls: int
    views: int
    clicks: int
    per: str
    rate: float
    interval: list[float] | None
    difference: list[float] | None
    ratio: list[float] | None


class StatsOutput(TypedDict):
    """Requests for cards, in all and by the value of each dimension; templates whose looks are compared."""

    requests: int
    mean_ms: float
    bytes: int
    platform: dict[str, int]
    template: dict[str, int]
    variant: dict[str, int]
    country: dict[str, int]
    outcome: dict[str, int]
    tier: dict[str, int]
    crawler: dict[str, int]
    experiments: dict[str, list[LookOutput]]
    ahead: dict[str, int]


class ScopeOutput(TypedDict):
    """What was purged."""

    urls: list[str]
    templates: list[str]
    tags: list[str]
    all: bool


class UnknownOutput(TypedDict):
    """Names that no card has."""

    templates: list[str]
    tags: list[str]


class PurgeOutput(TypedDict):
    """The edge's receipt."""

    purged: ScopeOutput
    soft: bool
    tiers: dict[str, str]
    elsewhere_within_seconds: int
    note: str
    unknown: NotRequired[UnknownOutput]


class PageOutput(TypedDict):
    """One page of a site; `state` is drawn, kept, skipped or failed."""

    page: str
    state: str
    url: str
    note: str


class ParamFindingOutput(TypedDict):
    """What did not fit a template's schema."""

    code: str
    param: str
    detail: str


class ExportOutput(TypedDict):
    """One exported card; `state` is drawn or kept. Sizes are pixels and bytes."""

    name: str
    key: str
    url: str
    width: int
    height: int
    bytes: int
    type: str
    state: str
    findings: NotRequired[list[ParamFindingOutput]]


class ExportMetaOutput(TypedDict):
    """What `export --meta` writes beside a picture."""

    url: str
    alt: str
    tags: dict[str, str]
    html: str


class AuditFindingOutput(TypedDict):
    """A fault of a page; no platforms means all, line 0 means no place."""

    severity: str
    code: str
    message: str
    line: int
    platforms: list[str]
    fix: str


class PreviewOutput(TypedDict):
    """What a platform shows: `size` is large, small or none, `crop` what is seen: x, y, width, height."""

    platform: str
    title: str
    description: str
    image: str
    size: str
    crop: list[int] | None
    why: str


class AuditPageOutput(TypedDict):
    """One page."""

    url: str
    errors: int
    findings: list[AuditFindingOutput]
    previews: list[PreviewOutput]


class AuditOutput(TypedDict):
    """All pages, in the order in which they were named."""

    pages: list[AuditPageOutput]


class WarmOutput(TypedDict):
    """One address; `state` is drawn, hit, skipped or failed, `status` 0 where nothing answered."""

    url: str
    state: str
    status: int
    note: str


@dataclass(frozen=True, slots=True)
class Output:
    """What a command prints with `--json`: one object, a list of them, or one a line."""

    type: Any
    lines: bool = False

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the object, or of one line."""
        return TypeAdapter(self.type).json_schema()


OUTPUTS = {
    "render": Output(RenderOutput),
    "explain": Output(ExplainOutput),
    "lint": Output(LintOutput),
    "export": Output(ExportOutput, lines=True),
    "pages": Output(PageOutput, lines=True),
    "warm": Output(WarmOutput, lines=True),
    "sign": Output(SignOutput),
    "url": Output(UrlOutput),
    "meta": Output(MetaOutput),
    "purge": Output(PurgeOutput),
    "init": Output(WrittenOutput),
    "new": Output(WrittenOutput),
    "eject": Output(WrittenOutput),
    "worker": Output(WrittenOutput),
    "fonts": Output(FontsOutput),
    "config": Output(list[SettingOutput]),
    "doctor": Output(list[CheckOutput]),
    "stats": Output(StatsOutput),
    "audit": Output(AuditOutput),
}
# Commands that print no facts, and why.
WITHOUT_JSON = {
    "serve": "a server: its log is JSON with EMBLAZON_LOG_FORMAT=json",
    "origin": "a server: its log is JSON already",
    "dev": "a server for development",
    "manifest": "its output is JSON already",
    "types": "a Python module",
    "completion": "a script for a shell",
}
