"""Documents that ask for the impossible are drawn: nothing that an author writes ends in an exception."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.text.fonts.font_library import FontLibrary

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@cache
def engine() -> Engine:
    """Return an engine with the project's fonts."""
    return Engine(FontLibrary(ROOT / "fonts"))


def bodies() -> list[str]:
    """Return one document a line."""
    return (HERE / "odd_documents.txt").read_text().splitlines()


@pytest.mark.parametrize("body", bodies())
def test_an_odd_document_is_drawn(body: str) -> None:
    picture = engine().draw(RenderRequest(f"<!doctype html>{body}", base="", width=160, height=90))
    assert picture.size == (160, 90)
