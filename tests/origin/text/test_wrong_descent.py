"""A font whose descent has the wrong sign is as low as its file says, as in Chromium."""

from __future__ import annotations

import io
import math
from pathlib import Path

import pytest
import uharfbuzz as hb
from fontTools.ttLib import TTFont

from emblazon_origin.text.fonts.font_metrics import design_metrics

INTER = next((Path(__file__).parents[3] / "fonts" / "vendor").glob("**/Inter*.ttf"))


@pytest.mark.parametrize("descent", [-400, 400])
def test_descent_is_read_as_written(descent: int) -> None:
    font = TTFont(INTER)
    font["hhea"].descent = descent
    font["OS/2"].fsSelection &= ~(1 << 7)  # hhea's are used
    data = io.BytesIO()
    font.save(data)
    metrics = design_metrics(hb.Font(hb.Face(data.getvalue())))
    assert math.isclose(metrics.descent, -descent)
