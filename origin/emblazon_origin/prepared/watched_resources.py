"""Resources that remember what they gave, so that a kept document notices when a file is another one now."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..assets.resources import Fetched, Resources
from ..errors import EmblazonError


@dataclass(frozen=True, slots=True)
class WatchedResources(Resources):
    """Reads what a card names, and keeps the bytes of everything that is not in the URL itself."""

    given: dict[str, bytes] = field(default_factory=dict, compare=False)

    def read(self, href: str, limit: int | None = None) -> Fetched:
        """Return the bytes behind `href`; raise `AssetError` with the reason otherwise."""
        fetched = Resources.read(self, href, limit)
        if href.lstrip()[:5].lower() != "data:":
            self.given[href] = fetched.data
        return fetched

    @property
    def are_local(self) -> bool:
        """Whether nothing came over the network."""
        return not any(href.lstrip()[:4].lower() == "http" for href in self.given)

    @property
    def are_unchanged(self) -> bool:
        """Whether every file still has the bytes that it had."""
        try:
            return all(
                Resources.read(self, href, self.max_font_bytes).data == data
                for href, data in self.given.items()
            )
        except (EmblazonError, OSError):
            return False
