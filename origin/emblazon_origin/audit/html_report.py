"""An audit as one HTML file: what each platform shows, with the picture as it crops it, and the findings."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from .audit import Audited
from .previews import PlatformPreview
from .subject import Subject

_WIDTH = 480  # px of a picture in the report


def html_report(pages: Sequence[Audited], now: datetime | None = None, *, asks: bool = False) -> str:
    """Return the report; where it `asks`, it begins with a form for the address of a page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%d %H:%M UTC")
    shown = [
        (page, [(preview, _thumbnail(page.subject, preview)) for preview in page.previews]) for page in pages
    ]
    return environment.get_template("report.html.jinja").render(pages=shown, moment=moment, asks=asks)


def _thumbnail(subject: Subject, preview: PlatformPreview) -> str:
    """Return the part of the picture that a platform shows, as a data URL; empty where it shows none."""
    if preview.crop is None:
        return ""
    url = preview.image
    answer = next(
        (a for (asked, _), a in subject.visitor.answers.items() if asked == url and a.is_good), None
    )
    if answer is None:
        return ""
    x, y, width, height = preview.crop
    with Image.open(io.BytesIO(answer.body)) as image:
        cut = image.convert("RGB").crop((x, y, x + width, y + height))
    cut.thumbnail((_WIDTH, _WIDTH))
    out = io.BytesIO()
    cut.save(out, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
