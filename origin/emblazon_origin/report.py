"""What a render has to say: nothing that the author wrote is ignored in silence.

Every stage takes a `Report` and adds `Diagnostic`s to it; `emblazon explain` and `lint` print them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]
# One code per kind of finding, so that lint and tests can name them.
Code = Literal[
    "css-syntax", "css-unknown-property", "css-unsupported-property", "css-invalid-value",
    "css-unsupported-value", "css-unsupported-rule", "css-invalid-selector", "html-unsupported-element",
    "font-load-failed", "font-fallback", "missing-glyph", "text-clamped", "text-shrunk", "text-overflow",
    "cut", "invalid-value", "unknown-parameter", "missing-parameter", "ignored-parameter",
    "image-failed", "image-damaged", "image-upscaled", "svg-unsupported", "low-contrast", "outside-safe-area",
    "limit", "platform-limit",
]  # fmt: skip


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


@dataclass(slots=True)
class Report:
    """Collects diagnostics, boxes, face usage and stage times of one render."""

    file: str = ""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)  # stage → milliseconds
    faces: dict[str, set[str]] = field(default_factory=dict)  # face name → characters drawn with it
    lost_images: set[str] = field(default_factory=set)  # that could not be had, as the document names them
    work: dict[str, float] = field(default_factory=dict)  # stage → counted work, see limits.py
    degraded: bool = False  # an image or font is missing: keep the card for a short time only

    def add(
        self, severity: Severity, code: Code, message: str, *, line: int = 0, column: int = 0, where: str = ""
    ) -> None:
        """Record one finding."""
        self.diagnostics.append(Diagnostic(severity, code, message, self.file, line, column, where))

    def absorb(self, other: Report) -> None:
        """Take over what another report says of faces and texts, each finding once."""
        for name, characters in other.faces.items():
            self.faces.setdefault(name, set()).update(characters)
        for finding in other.diagnostics:
            if not any(_is_same(finding, known) for known in self.diagnostics):
                self.add(finding.severity, finding.code, finding.message, where=finding.where)


def _is_same(one: Diagnostic, other: Diagnostic) -> bool:
    """Whether two findings differ at most in the text that they quote."""
    if one.code != other.code or one.where != other.where:
        return False
    return one.message.partition("'")[0] == other.message.partition("'")[0]
