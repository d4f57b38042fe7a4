"""The port that every storage implements, and what keys look like."""

from __future__ import annotations

import re
from typing import Protocol

from emblazon_origin.errors import EmblazonError

MAX_KEY = 512
MAX_NAME_BYTES = (
    200  # of one name between slashes; file systems take 255, and a file is written beside it first
)
KEY_RULE = "use letters of any script, digits, spaces, . _ - and / between names; no name begins with a dot"
_JOINERS = "\u200c\u200d"  # of Persian, of the Indic scripts, of emoji
_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f\x7f\\<>:"|?*]')


class StorageError(EmblazonError):
    """A card could not be stored; the message says why."""

    status = 502


class Incomplete(StorageError):
    """A card lacks an image or a font. What is stored stays, so such a card is not."""


class Storage(Protocol):
    """Keeps cards under keys like `cards/ab12.png`."""

    async def upload(self, key: str, data: bytes, content_type: str) -> None:
        """Store bytes under a key, replacing what was there. Raises StorageError."""
        ...

    async def holds(self, key: str, data: bytes) -> bool:
        """Return whether these bytes are under the key already; False where that cannot be told."""
        ...

    def get_url(self, key: str) -> str:
        """Return where the world finds the key. Raises StorageError when it is nowhere."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def is_key(text: str) -> bool:
    """Return whether a text is a plain relative path, in any script, that every file system takes.

    No empty or hidden names, no `..`, nothing that ends in a dot or a space, no control characters, none of
    `\\ < > : " | ? *`.
    """
    return len(text) <= MAX_KEY and all(_is_name(name) for name in text.split("/"))


def _is_name(name: str) -> bool:
    if not name or name[0] in ". " or name[-1] in ". " or _NOT_IN_A_NAME.search(name):
        return False
    printable = all(character.isprintable() or character in _JOINERS for character in name)
    return printable and len(name.encode("utf-8", "surrogatepass")) <= MAX_NAME_BYTES


def check_key(key: str) -> str:
    """Return the key. Raises StorageError unless it is a plain relative path."""
    if not is_key(key):
        raise StorageError(f"{key[:80]!r} is no storage key; {KEY_RULE}")
    return key
