"""The workshop behind an event loop: one thread, one drawing at a time, what is outdated never begins.

What somebody types goes before the examples beside it.

Pictures that were dropped into the form are kept in memory, known to this process's drawings alone. Their
addresses end in `.invalid`, so that nobody takes them for published ones, and no name server is asked.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from ..assets.image_headers import sniff
from ..assets.resources import Fetched, Fetcher
from ..errors import AssetError, CardError
from ..home import Home
from ..limits import MAX_IMAGE_BYTES
from ..server.config import OriginConfig

if TYPE_CHECKING:
    from .workshop import Workshop

T = TypeVar("T")

ADDRESS = "https://studio.invalid/pictures/"
KEPT = 64 << 20  # bytes of all of them together
_SVG = "image/svg+xml"


class LiveRenderer:
    """Runs work on the workshop, which is made when it is first asked for."""

    def __init__(self, home: Home, settings: OriginConfig, pictures: DroppedPictures) -> None:
        self._home = home
        self._settings = settings
        self._pictures = pictures
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="studio")
        self._workshop: Workshop | None = None
        self._turn = asyncio.Condition()
        self._busy = False
        self._urgent = 0  # waiting

    async def run(self, work: Callable[[Workshop], T], *, urgent: bool = True) -> T:
        """Return what `work` returns; cancelled before its turn, it is never done.

        What is not urgent waits until nothing else does. Raises what the work raises, and EmblazonError
        where the project cannot be loaded.
        """
        async with self._turn:
            self._urgent += urgent
            try:
                await self._turn.wait_for(lambda: not self._busy and (urgent or not self._urgent))
            finally:
                self._urgent -= urgent
            self._busy = True
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)
        finally:
            async with self._turn:
                self._busy = False
                self._turn.notify_all()

    def _do(self, work: Callable[[Workshop], T]) -> T:
        if self._workshop is None:
            from ..assets.fetch import GuardedFetcher  # late: a server that nobody works at draws elsewhere
            from ..assets.images_decode import ImageLimits
            from .workshop import Workshop

            others = GuardedFetcher.of(self._settings.fetch_settings)
            fetcher = StudioFetcher(self._pictures, others)
            limits = ImageLimits(**self._settings.image_settings)
            self._workshop = Workshop(self._home, fetcher, limits)
        return work(self._workshop)

    def close(self) -> None:
        """End the thread after the drawing that it is at."""
        self._thread.shutdown(wait=True, cancel_futures=True)


class DroppedPictures:
    """The pictures of one studio; the oldest go where they become too many."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._bytes = 0
        self._pictures: OrderedDict[str, Fetched] = OrderedDict()

    def keep(self, data: bytes) -> str:
        """Keep a picture and return its address. Raises CardError where it is none, or too large."""
        if len(data) > MAX_IMAGE_BYTES:
            raise CardError(f"the picture has {len(data)} bytes; at most {MAX_IMAGE_BYTES} are drawn")
        kind = sniff(data)
        if kind is None:
            raise CardError("this is no picture: PNG, JPEG, WebP, GIF, AVIF and SVG are drawn")
        address = f"{ADDRESS}{hashlib.sha256(data).hexdigest()[:20]}"
        if address not in self._pictures:
            self._pictures[address] = Fetched(data, _SVG if kind == "SVG" else f"image/{kind.lower()}")
            self._bytes += len(data)
        self._pictures.move_to_end(address)
        while self._bytes > self._kept and len(self._pictures) > 1:
            self._bytes -= len(self._pictures.popitem(last=False)[1].data)
        return address

    def get(self, address: str) -> Fetched | None:
        """Return what was dropped under an address."""
        return self._pictures.get(address)


class StudioFetcher:
    """Finds dropped pictures, and asks another fetcher for everything else."""

    def __init__(self, pictures: DroppedPictures, others: Fetcher) -> None:
        self._pictures = pictures
        self._others = others

    def fetch(self, url: str) -> Fetched:
        """See `Fetcher`."""
        if not url.startswith(ADDRESS):
            return self._others.fetch(url)
        if (picture := self._pictures.get(url)) is None:
            raise AssetError("the dropped picture is not kept any more: drop it again")
        return picture
