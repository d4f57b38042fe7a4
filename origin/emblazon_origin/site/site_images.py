"""Pictures of the site itself, read from its folder: they are not on the network before it is published."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from ..assets.resources import Fetched, Fetcher
from ..errors import AssetError

LOCAL = "http://site.invalid"  # stands for the site where no base URL is given; nothing dials it


@dataclass(frozen=True, slots=True)
class SiteFetcher:
    """Reads URLs below `base_url` from `folder`, and hands others on."""

    base_url: str
    folder: Path
    others: Fetcher | None

    def fetch(self, url: str) -> Fetched:
        """Return the bytes behind a URL; raises `AssetError`."""
        if not url.startswith(self.base_url + "/"):
            if self.others is None:
                raise AssetError(f"remote files are switched off: {url}")
            return self.others.fetch(url)
        root = self.folder.resolve()
        path = (root / unquote(urlsplit(url[len(self.base_url) :]).path).lstrip("/")).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            raise AssetError(f"no such file in the site: {url}")
        return Fetched(path.read_bytes(), mimetypes.guess_type(path.name)[0] or "")


def absolute(base_url: str, page: str, reference: str) -> str:
    """Return a reference of the page at `/page` as a URL that `SiteFetcher` or the network knows."""
    return urljoin(f"{base_url or LOCAL}{page}", reference)
