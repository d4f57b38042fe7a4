"""The warm process draws previews always, their worst cases while there is room: it is in every process."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from emblazon_origin.home import Home, builtin_folder
from emblazon_origin.render import Engine, RenderRequest
from emblazon_origin.workers import card_renderer
from emblazon_origin.workers.card_renderer import CardRenderer

MEGABYTE = 1 << 20


def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, grows_by: int) -> tuple[int, int]:
    """How many cards a warm-up draws, of how many previews, where each look at the memory finds it grown."""
    sizes = itertools.count(100 * MEGABYTE, grows_by)
    cards: list[RenderRequest] = []
    monkeypatch.setattr(card_renderer, "resident_bytes", lambda: next(sizes))
    monkeypatch.setattr(card_renderer, "_WARM_SECONDS", float("inf"))
    monkeypatch.setattr(Engine, "render", lambda _, request: cards.append(request))
    renderer = CardRenderer(Home(tmp_path, builtin_folder()), None, 0)
    renderer.warm()
    return len(cards), len(renderer._library.specs)


def test_worst_cases_are_drawn_while_there_is_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cards, previews = drawn(monkeypatch, tmp_path, grows_by=0)
    assert cards > 3 * previews


def test_no_more_of_them_once_the_process_has_grown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cards, previews = drawn(monkeypatch, tmp_path, grows_by=3 * MEGABYTE)
    assert cards == previews + 2, "3 and 6 of the 8 MB are taken"
