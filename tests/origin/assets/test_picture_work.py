"""Which pictures are drawn here, and which in a process of their own."""

from __future__ import annotations

import base64
import io
import math
import os
import signal
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from emblazon_origin.assets import picture_work
from emblazon_origin.assets.fetch import GuardedFetcher
from emblazon_origin.assets.images import ImageStore
from emblazon_origin.assets.picture_work import AVAILABLE, Answer, BusyMachine, PictureWork, isolated
from emblazon_origin.assets.resources import Resources
from emblazon_origin.assets.vector.svg_runs import NO_FONTS
from emblazon_origin.errors import AssetError
from emblazon_origin.report import Report

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="{path}" stroke="{color}"/></svg>'


class Elsewhere(Exception):
    """A picture was to be drawn in another process."""


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> PictureWork:
    def elsewhere(*_: object) -> None:
        raise Elsewhere

    monkeypatch.setattr(picture_work, "isolated", elsewhere)
    return PictureWork()


@pytest.mark.parametrize("color", ["#184844", "#2e7d32", "#0A1411ff", "#999"])
def test_digits_of_a_colour_are_no_strange_numbers(work: PictureWork, color: str) -> None:
    drawn = work.draw_once(SVG.format(path="M1 1h7", color=color), 9, 9, NO_FONTS)
    assert drawn.getbbox() is not None


@pytest.mark.skipif(not AVAILABLE, reason="pictures are drawn elsewhere on Linux only")
@pytest.mark.parametrize("path", ["M1 1h1234567", "M1 1h7e9", "M1 1c123456 0 0 0 1 1"])
def test_numbers_beyond_any_picture_are_drawn_elsewhere(work: PictureWork, path: str) -> None:
    with pytest.raises(Elsewhere):
        work.draw_once(SVG.format(path=path, color="#184844"), 9, 9, NO_FONTS)


# --- a busy machine ---------------------------------------------------------------------------------------

isolating = pytest.mark.skipif(not AVAILABLE, reason="pictures are decoded elsewhere on Linux only")


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "PNG", pnginfo=text(str(uuid.uuid4())))
    return out.getvalue()


def text(value: str) -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", value)  # no other test has seen these bytes
    return info


@isolating
def test_a_picture_has_the_processor_as_often_as_its_card() -> None:
    facts, _ = isolated(lambda: ({"nice": os.getpriority(os.PRIO_PROCESS, 0)}, None), 1.0, 60.0)
    assert facts["nice"] == os.getpriority(os.PRIO_PROCESS, 0)


@isolating
def test_a_process_without_the_processor_is_not_called_slow() -> None:
    def waits() -> Answer:
        signal.pause()
        return {}, None

    with pytest.raises(BusyMachine):
        isolated(waits, 1.0, 0.01)


@isolating
def test_a_process_that_computes_too_long_is_ended_whatever_the_clock_shows() -> None:
    def computes() -> Answer:
        while True:
            pass

    with pytest.raises(AssetError, match="too long"):
        isolated(computes, 0.02, 600.0)


@isolating
def test_what_failed_for_want_of_the_processor_is_tried_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[float] = []

    def first_busy(job: Callable[[], Answer], cpu: float, wall: float) -> Answer:
        calls.append(wall)
        if len(calls) == 1:
            raise BusyMachine("the machine is too busy")
        return isolated(job, cpu, wall)

    data = picture()
    monkeypatch.setattr(picture_work, "isolated", first_busy)
    with pytest.raises(AssetError):
        PictureWork(time_left=lambda: 3.0).decode(data, remote=True)
    assert PictureWork().decode(data, remote=True).width == 4
    assert calls[0] == 3.0
    assert calls[1] > 30, "the clock alone ends nothing that is not wanted elsewhere"


@isolating
def test_a_picture_file_has_the_time_of_a_photograph_wherever_it_lies(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    allowed: list[float] = []

    def counted(job: Callable[[], Answer], cpu: float, wall: float) -> Answer:
        allowed.append(cpu)
        return isolated(job, cpu, wall)

    monkeypatch.setattr(picture_work, "isolated", counted)
    monkeypatch.setattr(picture_work, "_price", lambda _: math.inf)
    (tmp_path / "photo.png").write_bytes(picture())
    inside = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    for href in ("photo.png", inside):
        report = Report()
        ImageStore(Resources(base=tmp_path), report).load([href])
        assert report.diagnostics == []
    assert allowed == [picture_work.SECONDS, picture_work.OWN_SECONDS]


def test_pictures_may_take_most_of_the_time_that_their_card_has() -> None:
    now = 100.0
    fetcher = GuardedFetcher(clock=lambda: now)
    assert fetcher.time_left() > 1e6
    fetcher.begin_card(seconds=10.0)
    now += 3.0
    assert fetcher.time_left() == pytest.approx(5.0)


@isolating
@pytest.mark.parametrize(
    "shape",
    [
        "<rect width='calc(1px + 2%)' height='1em'/>",
        "<rect width='9' height='9' clip-path='circle(5px)'/>",
        "<text style='text-shadow:1px 1px red'>a</text>",
    ],
)
def test_an_svg_file_with_much_to_say_otherwise_is_read_elsewhere(work: PictureWork, shape: str) -> None:
    data = f'<svg xmlns="http://www.w3.org/2000/svg">{shape * 1_500}</svg>'.encode()
    with pytest.raises(Elsewhere):
        work.decode(data, remote=False)
