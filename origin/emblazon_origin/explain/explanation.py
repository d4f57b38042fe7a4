"""An explained card: findings, text, boxes and times, as JSON, as text, and as an overlay.

The overlay shows boxes, baselines, the safe area and marked findings over the card.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

import orjson
from PIL import Image, ImageDraw

from ..layout.boxes.box import Rect
from ..report import Diagnostic, summed

Numbers = tuple[float, float, float, float]

BOX = (0, 120, 255, 110)
BASELINE = (255, 0, 160, 150)
SAFE = (0, 160, 60, 220)
MARKS = {
    "low-contrast": (230, 0, 0, 255),
    "outside-safe-area": (255, 120, 0, 255),
    "text-overflow": (160, 0, 220, 255),
    "text-clamped": (160, 0, 220, 255),
}
MARK = (230, 0, 0, 255)


def rounded(rect: Rect) -> Numbers:
    """Return a rectangle with hundredths of a px."""
    return round(rect.x, 2), round(rect.y, 2), round(rect.width, 2), round(rect.height, 2)


@dataclass(frozen=True, slots=True)
class ExplainedText:
    """One run of text: what it says, which face drew it, and how well it can be read.

    `contrast` is the WCAG ratio over the real background, None where it cannot be told.
    """

    text: str
    selector: str
    face: str
    size: float
    rect: Numbers
    baseline: float
    direction: str
    fallback: bool  # not drawn by the first available family
    missing: int  # glyphs that no font has
    contrast: float | None
    required: float


@dataclass(frozen=True, slots=True)
class ExplainedBox:
    """One box: selector and border box; `kind` is its display value, or "image"."""

    selector: str
    kind: str
    rect: Numbers
    line: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """What there is to say about one card. Sizes are CSS px, times milliseconds."""

    file: str
    width: int
    height: int
    dpr: float
    diagnostics: tuple[Diagnostic, ...]
    texts: tuple[ExplainedText, ...]
    boxes: tuple[ExplainedBox, ...]
    faces: dict[str, str]  # face → the characters it drew
    timings: dict[str, float]
    safe_area: Numbers
    marks: tuple[tuple[str, Numbers], ...]  # findings that have a place: (code, rect)
    size: int  # bytes of the file
    content_type: str
    picture: Image.Image = field(repr=False)

    @property
    def has_errors(self) -> bool:
        """True where a finding is an error."""
        return any(finding.severity == "error" for finding in self.diagnostics)

    def data(self) -> dict[str, object]:
        """Return everything but the picture as JSON values."""
        return {
            "file": self.file,
            "width": self.width,
            "height": self.height,
            "dpr": self.dpr,
            "diagnostics": [finding.data() for finding in self.diagnostics],
            "texts": [asdict(text) for text in self.texts],
            "boxes": [asdict(box) for box in self.boxes],
            "faces": self.faces,
            "timings": {stage: round(ms, 2) for stage, ms in self.timings.items()},
            "safe_area": self.safe_area,
            "bytes": self.size,
            "content_type": self.content_type,
        }

    def to_json(self) -> str:
        """Return the data as indented JSON."""
        return orjson.dumps(self.data(), option=orjson.OPT_INDENT_2).decode()

    def to_text(self, *, everything: bool = False) -> str:
        """Return what a person wants to read in a terminal; `everything` sums nothing up."""
        lines = [f"{self.file or 'card'}: {self.width}×{self.height}"]
        if self.dpr != 1:
            lines[0] += f" at {self.dpr:g}×"
        lines[0] += f", {self.content_type.removeprefix('image/').upper()} of {self.size:,} bytes"
        findings = self.diagnostics if everything else summed(self.diagnostics)
        lines.extend(format_finding(finding) for finding in findings)
        if not self.diagnostics:
            lines.append("nothing was ignored, cut or missing")
        lines.append("faces:")
        lines.extend(f"  {face}: {len(drawn)} different characters" for face, drawn in self.faces.items())
        times = ", ".join(f"{stage} {ms:.1f} ms" for stage, ms in self.timings.items())
        lines.append(f"times: {times}")
        return "\n".join(lines) + "\n"

    def overlay_png(self) -> bytes:
        """Return the card with its boxes, baselines, safe area and findings drawn over it."""
        baselines = [(text.rect[0], text.baseline, text.rect[0] + text.rect[2]) for text in self.texts]
        picture = draw_overlay(
            self.picture, self.dpr, [box.rect for box in self.boxes], baselines, self.safe_area, self.marks
        )
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()


def format_finding(finding: Diagnostic) -> str:
    """Return `file:line:column: severity: message [code]`."""
    place = ":".join(str(part) for part in (finding.file, finding.line, finding.column) if part)
    where = f" ({finding.where})" if finding.where else ""
    return f"{place + ': ' if place else ''}{finding.severity}: {finding.message}{where} [{finding.code}]"


def draw_overlay(
    picture: Image.Image,
    dpr: float,
    boxes: Iterable[Numbers],
    baselines: Iterable[tuple[float, float, float]],
    safe_area: Numbers,
    marks: Iterable[tuple[str, Numbers]],
) -> Image.Image:
    """Return a copy of the picture with everything drawn over it; coordinates are CSS px."""
    base = picture.convert("RGBA")
    layer = Image.new("RGBA", base.size)
    draw = ImageDraw.Draw(layer)
    for box in boxes:
        _outline(draw, box, dpr, BOX, 1)
    for left, y, right in baselines:
        draw.line((left * dpr, y * dpr, right * dpr, y * dpr), fill=BASELINE)
    _dashed(draw, safe_area, dpr)
    for code, rect in marks:
        _outline(draw, rect, dpr, MARKS.get(code, MARK), 3)
    base.alpha_composite(layer)
    return base


def _outline(
    draw: ImageDraw.ImageDraw, rect: Numbers, dpr: float, color: tuple[int, int, int, int], width: int
) -> None:
    x, y, w, h = (value * dpr for value in rect)
    draw.rectangle((x, y, max(x, x + w - 1), max(y, y + h - 1)), outline=color, width=width)


def _dashed(draw: ImageDraw.ImageDraw, rect: Numbers, dpr: float) -> None:
    x, y, w, h = (value * dpr for value in rect)
    right, bottom = x + w - 1, y + h - 1
    for start in range(int(x), int(right), 16):
        for level in (y, bottom):
            draw.line((start, level, min(start + 8, right), level), fill=SAFE, width=2)
    for start in range(int(y), int(bottom), 16):
        for side in (x, right):
            draw.line((side, start, side, min(start + 8, bottom)), fill=SAFE, width=2)
