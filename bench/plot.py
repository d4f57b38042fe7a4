"""Draws the recorded ratios as bars, with Emblazon itself: `python -m bench plot`."""

from __future__ import annotations

import argparse
from html import escape

from emblazon_origin.home import find_home
from emblazon_origin.render import Engine, RenderRequest

from .corpus import KINDS
from .engines import OUTPUTS, ROOT
from .summary import ALL, read_record

PICTURE = ROOT / "docs" / "pictures" / "performance.png"
_NAMES = {"raw": "pixels", "png": "PNG", "jpeg": "JPEG", "webp": "WebP"}
_MODES = {"known": "New text in a known template", "unseen": "Documents never seen before"}
_MOST = 3.0  # the axis ends there; longer bars are cut, their numbers are not
_STYLE = """
* { box-sizing: border-box; margin: 0; }
body { width: 1200px; height: 930px; padding: 44px 52px; background: #fff; color: #111827; font: 17px Inter; }
h1 { font-size: 30px; letter-spacing: -0.02em; }
.note { margin: 6px 0 24px; color: #6b7280; }
.modes { display: flex; gap: 48px; }
.mode { flex: 1; display: flex; flex-direction: column; gap: 14px; }
h2 { font-size: 20px; }
.output { display: grid; grid-template-columns: 96px 1fr 48px; align-items: center; row-gap: 4px; }
.output b { grid-column: 1 / -1; padding-top: 4px; }
.track { position: relative; height: 15px; background: #f3f4f6; }
.bar { height: 15px; background: #60a5fa; }
.bar.all { background: #1d4ed8; }
.one { position: absolute; left: 33.333%; top: 0; width: 2px; height: 15px; background: #ef4444; }
.value { text-align: right; font-size: 14px; }
"""


def page(record: dict[str, dict[str, float]]) -> str:
    """Return the plot as HTML."""
    modes = "".join(_mode(title, record[name]) for name, title in _MODES.items() if name in record)
    return (
        f"<!doctype html><style>{_STYLE}</style><h1>Emblazon's CPU time beside takumi's</h1>"
        f'<p class="note">Geometric means by kind of card; the red line is takumi. Shorter is faster.'
        f'</p><div class="modes">{modes}</div>'
    )


def _mode(title: str, ratios: dict[str, float]) -> str:
    outputs = "".join(_output(output, ratios) for output in OUTPUTS)
    return f'<div class="mode"><h2>{escape(title)}</h2>{outputs}</div>'


def _output(output: str, ratios: dict[str, float]) -> str:
    rows = "".join(
        f'<span>{kind}</span><div class="track">'
        f'<div class="bar {kind}" style="width: {_width(ratio)}%"></div>'
        f'<div class="one"></div></div><span class="value">{ratio:.2f}</span>'
        for kind in (*KINDS, ALL)
        if (ratio := ratios.get(f"{kind} {output} / takumi")) is not None
    )
    return f'<div class="output"><b>{_NAMES[output]}</b>{rows}</div>'


def _width(ratio: float) -> float:
    return min(ratio / _MOST, 1.0) * 100


def run(options: argparse.Namespace) -> int:
    """Write the picture."""
    del options
    engine = Engine.from_home(find_home(ROOT))
    request = RenderRequest(page(read_record()), "", "", 1200, 930, effort="small")
    PICTURE.write_bytes(engine.render(request).data)
    return 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take no arguments."""
