"""Every way in which an editor changes a project is noticed; a reload that fails is tried again."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from saving import save

from emblazon_origin.server import origin_server
from emblazon_origin.server import watch as watched
from emblazon_origin.server.config import OriginConfig
from emblazon_origin.server.origin_server import OriginServer
from emblazon_origin.server.watch import TreeWatch
from emblazon_origin.workers.job import RendererSpec
from emblazon_origin.workers.pool_errors import PoolFailed


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    note = tmp_path / "templates" / "note"
    note.mkdir(parents=True)
    (note / "card.html").write_text("<p>one")
    (note / "card.toml").write_text("")
    return tmp_path / "templates"


def replaced_by_a_twin(templates: Path) -> None:
    """As `cp -p` and `mv`: another file of that size and that time."""
    old = templates / "note" / "card.html"
    new = templates.parent / "new"
    new.write_text("<p>two")
    shutil.copystat(old, new)
    new.replace(old)


def written_with_its_old_time(templates: Path) -> None:
    page = templates / "note" / "card.html"
    before = page.stat()
    while page.stat().st_ctime_ns == before.st_ctime_ns:  # older kernels count time in steps of milliseconds
        page.write_text("<p>two")
        os.utime(page, ns=(before.st_atime_ns, before.st_mtime_ns))


def folder_made_again(templates: Path) -> None:
    shutil.copytree(templates / "note", templates.parent / "kept")
    shutil.rmtree(templates / "note")
    (templates.parent / "kept").rename(templates / "note")


def new_template(templates: Path) -> None:
    (templates / "other").mkdir()
    (templates / "other" / "card.html").write_text("<p>")


WAYS: list[Callable[[Path], object]] = [
    replaced_by_a_twin,
    written_with_its_old_time,
    folder_made_again,
    new_template,
    lambda templates: (templates / "note").rename(templates / "letter"),
    lambda templates: (templates / "note" / "card.toml").unlink(),
    lambda templates: shutil.rmtree(templates),
]


@pytest.mark.parametrize("change", WAYS)
def test_change_of_any_kind_is_noticed_once(templates: Path, change: Callable[[Path], object]) -> None:
    watch = TreeWatch((templates,))
    assert not watch.changed()
    change(templates)
    assert watch.changed()
    assert not watch.changed()


@pytest.mark.parametrize(
    ("looks", "tells", "left"),
    [([False, True], False, 1), ([True, False, True], True, 1), ([True, True, True, False, True], True, 1)],
    ids=["nothing", "saved in one step", "emptied, then filled"],
)
async def test_a_file_is_read_once_nobody_writes_to_it(
    templates: Path, looks: list[bool], tells: bool, left: int
) -> None:
    watch = TreeWatch((templates,))
    watch.changed = lambda: looks.pop(0)  # type: ignore[method-assign]
    assert await watch.settled() == tells
    assert len(looks) == left, "it looks until nothing changes, and no longer"


async def test_a_file_that_is_written_to_for_ever_is_read_all_the_same(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watched, "SETTLE", 0)
    watch = TreeWatch((templates,))
    watch.changed = lambda: True  # type: ignore[method-assign]
    async with asyncio.timeout(60):
        assert await watch.settled()


def test_template_behind_a_link_is_watched_and_a_circle_of_links_is_no_trap(templates: Path) -> None:
    elsewhere = templates.parent / "elsewhere"
    elsewhere.mkdir()
    (templates / "linked").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(templates)
    watch = TreeWatch((templates,))
    (elsewhere / "card.html").write_text("<p>")
    assert watch.changed()


def test_folder_that_comes_later_and_a_single_file_are_watched(tmp_path: Path) -> None:
    watch = TreeWatch((tmp_path / "templates", tmp_path / "emblazon.toml"))
    (tmp_path / "emblazon.toml").write_text("")
    assert watch.changed()
    new_template_folder = tmp_path / "templates" / "note"
    new_template_folder.mkdir(parents=True)
    (new_template_folder / "card.html").write_text("<p>")
    assert watch.changed()


def test_what_an_editor_keeps_for_itself_is_no_change(templates: Path) -> None:
    watch = TreeWatch((templates,))
    (templates / "note" / ".card.html.swp").write_text("")
    assert not watch.changed()


async def test_reload_that_fails_is_tried_again_without_another_save(
    templates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1] / "workers"))
    monkeypatch.setattr(origin_server, "_WATCH_EVERY", 0.01)
    monkeypatch.setattr(origin_server, "_RELOAD_RETRY", 0.01)
    origin = OriginServer(
        OriginConfig(dev=True, worker_count=1), RendererSpec("fake_renderer:build", {}), (templates,)
    )
    outcomes: list[Exception | None] = [PoolFailed("broken"), OSError("gone"), None]
    done = asyncio.Event()

    async def reload() -> None:
        outcome = outcomes.pop(0) if outcomes else None
        if outcome is not None:
            raise outcome
        done.set()

    async with origin:
        monkeypatch.setattr(origin.pool, "reload", reload)
        save(templates / "note" / "card.html", "<p>broken")
        await asyncio.wait_for(done.wait(), 60)
    assert outcomes == []
