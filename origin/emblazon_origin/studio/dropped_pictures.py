"""Pictures that were dropped into the form: kept in memory, known to this process's drawings alone.

Their addresses end in `.invalid`, so that nobody takes them for published ones, and no name server is asked.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from ..assets.image_headers import sniff
from ..assets.resources import Fetched, Fetcher
from ..errors import AssetError, CardError
from ..limits import MAX_IMAGE_BYTES

ADDRESS = "https://studio.invalid/pictures/"
KEPT = 64 << 20  # bytes of all of them together
_SVG = "image/svg+xml"


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
