"""Many cards at once, on every core: processes that share what was loaded before they were made."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

from emblazon.contract.request import CardRequest

from ..bound_request import request_of_card
from ..errors import EmblazonError
from ..processes import end_with_parent, keep_freed_memory
from ..render import Engine, Rendered
from ..template.library import TemplateLibrary

LOST = ("image-failed", "font-load-failed")
WAITING = 4  # cards handed to each process ahead of time


@dataclass(frozen=True, slots=True)
class Task:
    """One card to draw; `key` is the caller's."""

    key: str
    request: CardRequest


@dataclass(frozen=True, slots=True)
class Drawer:
    """What processes inherit: fonts and templates, loaded once."""

    engine: Engine
    library: TemplateLibrary
    effort: Literal["quick", "small"] = "quick"

    def draw(self, request: CardRequest) -> Rendered:
        """Draw one card. Raises `EmblazonError`."""
        bound = request_of_card(self.library, request, effort=self.effort)
        return self.engine.render(bound)


@dataclass(frozen=True, slots=True)
class SitePicture:
    """A finished one, or why there is none."""

    key: str
    data: bytes = b""
    content_type: str = ""
    width: int = 0
    height: int = 0
    losses: tuple[str, ...] = ()  # errors that the render reported
    error: str = ""
    degraded: bool = False  # an image or a font is missing


_drawer: Drawer | None = None  # inherited by the processes, which are forked


def is_in_shard(key: str, shard: tuple[int, int]) -> bool:
    """Return whether what has this key is of part `n` of `of`; parts are equal and never overlap."""
    number, of = shard
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") % of == number - 1


def _begin() -> None:
    end_with_parent()
    keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business


def _draw(task: Task) -> SitePicture:
    if _drawer is None:
        raise RuntimeError("a process without fonts and templates")
    try:
        drawn = _drawer.draw(task.request)
    except EmblazonError as error:
        return SitePicture(task.key, error=str(error))
    report = drawn.report
    losses = tuple(
        item.message for item in report.diagnostics if item.severity == "error" or item.code in LOST
    )
    return SitePicture(
        task.key, drawn.data, drawn.content_type, drawn.width, drawn.height, losses, degraded=report.degraded
    )


def draw_all(drawer: Drawer, tasks: Iterable[Task], processes: int = 0) -> Iterator[SitePicture]:
    """Draw every card and yield each as it is finished, in no order.

    `processes` 0 is one for each core. Ending the iteration early, or an exception in it, ends the processes.
    """
    global _drawer
    count = processes or len(os.sched_getaffinity(0))
    _drawer = drawer
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("fork"), initializer=_begin)
    try:
        yield from _in_turn(lambda task: pool.submit(_draw, task), iter(tasks), count * WAITING)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        _drawer = None


def _in_turn(
    submit: Callable[[Task], Future[SitePicture]], tasks: Iterator[Task], ahead: int
) -> Iterator[SitePicture]:
    under_way: set[Future[SitePicture]] = set()
    for task in tasks:
        under_way.add(submit(task))
        if len(under_way) >= ahead:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    while under_way:
        done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)
