"""The ignore list: parameters that platforms, mailers and analytics tools append to any URL that they touch.

They say nothing about the card, so they are set aside before its signature is checked and its key is made.
A page whose URL was shared a thousand times still has one picture and one cache entry.
"""

from __future__ import annotations

import re

from ..dataclass import dataclass
from .options import RESERVED

_ENTRY = re.compile(r"[A-Za-z0-9_.-]{1,63}\*?")
_OURS = (*RESERVED, "template", "data")  # a card cannot do without them

DEFAULT_NAMES = (
    # click ids: Facebook, Google, Microsoft, Instagram, X, TikTok, LinkedIn, Pinterest, Yandex, Snap, Reddit
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "srsltid", "msclkid", "igshid", "igsh",
    "twclid", "ttclid", "li_fat_id", "epik", "yclid", "ysclid", "_openstat", "ScCid", "rdt_cid",
    # mail: Mailchimp, HubSpot, Marketo, Vero, Omeda, Klaviyo
    "mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "vero_id", "oly_enc_id", "oly_anon_id", "_kx",
    # analytics: Urchin's campaigns, Matomo, Google's linker
    "utm_*", "mtm_*", "_ga", "_gl",
    # cache-busters: a crawler fetches anew, and the card is the same
    "v", "_cb",
)  # fmt: skip


class IgnoreListError(ValueError):
    """An entry of the list is no name, or is one that a card needs; the message names it."""


@dataclass(frozen=True, slots=True)
class IgnoreList:
    """Names, compared without letter case, and beginnings of names."""

    names: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: tuple[str, ...]) -> IgnoreList:
        """Read entries such as `fbclid` and `utm_*`; raises IgnoreListError."""
        for entry in entries:
            if not _ENTRY.fullmatch(entry):
                raise IgnoreListError(f"{entry[:64]!r} is no parameter's name; write ref or campaign_*")
        words = [entry.lower() for entry in entries]
        found = cls(
            frozenset(word for word in words if not word.endswith("*")),
            tuple(word[:-1] for word in words if word.endswith("*")),
        )
        for name in _OURS:
            if name in found:
                raise IgnoreListError(f"it takes away {name!r}, which cards need")
        return found

    @classmethod
    def parse(cls, text: str) -> IgnoreList:
        """Read a setting: entries between commas, `default` among them for the built-in ones, or `none`."""
        entries = [entry for entry in re.split(r"[\s,]+", text.strip()) if entry]
        if entries == ["none"]:
            return NOTHING_IGNORED
        named = tuple(entry for entry in entries if entry != "default")
        return cls.of((*DEFAULT_NAMES, *named) if "default" in entries or not entries else named)

    def __contains__(self, name: str) -> bool:
        word = name.lower()
        return word in self.names or bool(self.beginnings and word.startswith(self.beginnings))


NOTHING_IGNORED = IgnoreList()
DEFAULT_IGNORED = IgnoreList.of(DEFAULT_NAMES)
