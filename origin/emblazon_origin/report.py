"""What a render has to say: nothing that the author wrote is ignored in silence.

Every stage takes a `Report` and adds `Diagnostic`s to it; `emblazon explain` and `lint` print them.

For a person findings are summed up: what every style sheet of the trade brings along is one line for a
kind. A compiled Tailwind sheet has some thirty rules for form controls, vendor prefixes and transitions,
and a font stack for every system. None of them was chosen by the author of the card, and between them a
real finding drowns. Nothing is left out: `--all` and `--json` have every one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Severity = Literal["error", "warning", "info"]
# One code per kind of finding, so that lint and tests can name them.
Code = Literal[
    "css-syntax", "css-unknown-property", "css-unsupported-property", "css-invalid-value",
    "css-unsupported-value", "css-unsupported-rule", "css-invalid-selector", "html-unsupported-element",
    "font-load-failed", "font-fallback", "missing-glyph", "text-clamped", "text-shrunk", "text-overflow",
    "cut", "invalid-value", "unknown-parameter", "missing-parameter", "ignored-parameter",
    "image-failed", "image-damaged", "image-animated", "image-upscaled", "image-without-size",
    "svg-unsupported", "low-contrast",
    "outside-safe-area", "limit", "platform-limit",
]  # fmt: skip

_VENDOR = r"-(?:webkit|moz|ms|o|khtml)-"
_PART_OF_A_CONTROL = re.compile(
    rf"::(?:{_VENDOR}[a-z-]+|backdrop|placeholder|file-selector-button|details-content|picker(?:-icon)?|checkmark"
    r"|cue|spelling-error|grammar-error|selection|target-text|highlight)\b"
)
_VENDOR_SELECTOR = re.compile(rf"::?{_VENDOR}[a-z-]+")
_VENDOR_PROPERTY = re.compile(rf"{_VENDOR}[a-z-]+")
_MOTION = re.compile(
    r"(?:-webkit-)?(?:transition|animation)(?:-[a-z-]+)?|scroll-behavior|will-change|view-transition-name"
)
_OF_CONTROLS = frozenset(("resize", "text-size-adjust"))  # what a reset sets on fields and on phones
_QUOTED = re.compile(r"'([^']+)'")
# Families that stand in stacks for some system, before a generic one.
SYSTEM_FAMILIES = frozenset((
    "-apple-system", "BlinkMacSystemFont", "system-ui", "ui-sans-serif", "ui-serif", "ui-monospace",
    "ui-rounded", "Segoe UI", "Segoe UI Variable", "Roboto", "Helvetica Neue", "Helvetica", "Arial", "Oxygen",
    "Oxygen-Sans", "Ubuntu", "Cantarell", "Fira Sans", "Droid Sans", "Noto Sans", "Liberation Sans",
    "SF Pro Text", "SF Pro Display", "Lucida Grande", "Verdana", "Tahoma", "Apple Color Emoji",
    "Segoe UI Emoji", "Segoe UI Symbol", "Noto Color Emoji", "Twemoji Mozilla", "Android Emoji",
    "Times New Roman", "Times", "Georgia", "Cambria", "SFMono-Regular", "SF Mono", "Menlo", "Monaco",
    "Consolas", "Liberation Mono", "Courier New", "Courier", "Cascadia Code", "Cascadia Mono",
    "Lucida Console",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `line` and `column` are 1-based, 0 where unknown; `where` is an element or a property."""

    severity: Severity
    code: Code
    message: str
    file: str = ""
    line: int = 0
    column: int = 0
    where: str = ""

    def data(self) -> dict[str, str | int]:
        """Return it as a JSON object, in a twentieth of the time of `asdict`: a sheet has dozens."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Report:
    """Collects diagnostics, stage times and counted work of one render."""

    file: str = ""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)  # stage → milliseconds
    lost_images: set[str] = field(default_factory=set)  # that could not be had, as the document names them
    work: dict[str, float] = field(default_factory=dict)  # stage → counted work, see limits.py
    degraded: bool = False  # an image or font is missing: keep the card for a short time only

    def add(
        self, severity: Severity, code: Code, message: str, *, line: int = 0, column: int = 0, where: str = ""
    ) -> None:
        """Record one finding."""
        self.diagnostics.append(Diagnostic(severity, code, message, self.file, line, column, where))

    def absorb(self, other: Report) -> None:
        """Take over what another report says of texts, each finding once."""
        for finding in other.diagnostics:
            if not any(_is_same(finding, known) for known in self.diagnostics):
                self.add(finding.severity, finding.code, finding.message, where=finding.where)


def _is_same(one: Diagnostic, other: Diagnostic) -> bool:
    """Whether two findings differ at most in the text that they quote."""
    if one.code != other.code or one.where != other.where:
        return False
    return one.message.partition("'")[0] == other.message.partition("'")[0]


def _is_reset(finding: Diagnostic) -> bool:
    if finding.code == "css-unsupported-rule":
        return _PART_OF_A_CONTROL.search(finding.message) is not None
    if finding.code == "css-invalid-selector":
        return _VENDOR_SELECTOR.search(finding.message) is not None
    known = finding.code in ("css-unknown-property", "css-unsupported-property", "css-unsupported-value")
    return known and (finding.where in _OF_CONTROLS or _VENDOR_PROPERTY.fullmatch(finding.where) is not None)


def _is_motion(finding: Diagnostic) -> bool:
    return finding.code == "css-unsupported-property" and _MOTION.fullmatch(finding.where) is not None


def _is_of_a_stack(finding: Diagnostic) -> bool:
    named = _QUOTED.search(finding.message)
    return finding.code == "font-fallback" and named is not None and named[1] in SYSTEM_FAMILIES


_KINDS: tuple[tuple[Callable[[Diagnostic], bool], str], ...] = (
    (_is_reset, "resets of form controls and vendor prefixes, which draw nothing on a card"),
    (_is_motion, "transitions and animations, drawn as their end state"),
    (_is_of_a_stack, "families of other systems in font stacks, which are not installed here"),
)


def summed(findings: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the findings in their order, those of a standard kind as one line where there are several."""
    kept: list[Diagnostic] = []
    found: list[list[Diagnostic]] = [[] for _ in _KINDS]
    for finding in findings:
        kind = next((n for n, (belongs, _) in enumerate(_KINDS) if belongs(finding)), None)
        if kind is None:
            kept.append(finding)
        else:
            found[kind].append(finding)
    sums = [_sum(group, what) for group, (_, what) in zip(found, _KINDS, strict=True) if group]
    return sums + kept


def _sum(group: list[Diagnostic], what: str) -> Diagnostic:
    names = list(dict.fromkeys(_name(finding) for finding in group))
    listed = ", ".join(names[:4]) + (", …" if len(names) > 4 else "")
    first = replace(group[0], line=0, column=0, where="") if len(group) > 1 else group[0]
    return replace(first, severity="info", message=f"{len(group)} × {what}: {listed}")


def _name(finding: Diagnostic) -> str:
    if finding.code in ("css-unsupported-rule", "css-invalid-selector", "font-fallback"):
        quoted = _QUOTED.search(finding.message)
        return quoted[1] if quoted else finding.where
    return finding.where


def told_counts(errors: int, warnings: int) -> str:
    """Return how many there are of each, for a person: `1 error, 2 warnings`."""
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}"
