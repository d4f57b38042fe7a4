"""What a project draws with, loaded once for a whole run: its fonts, its templates, its limits.

Pictures of the site itself are read from its folder: they are not on the network before it is published.
"""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from emblazon.contract.schema import Manifest

from ..assets.resources import Fetched, Fetcher
from ..errors import AssetError
from ..home import Home, find_home
from ..project import Project, read_project
from ..renderer_version import renderer_version
from ..template.library import TemplateLibrary
from ..text.fonts.font_library import FontLibrary

if TYPE_CHECKING:
    from .drawing import SitePicture, Task

LOCAL = "http://site.invalid"  # stands for the site where no base URL is given; nothing dials it


@dataclass(frozen=True, slots=True)
class ProjectCards:
    """A project, ready to draw many of its cards."""

    home: Home
    project: Project
    fonts: FontLibrary
    library: TemplateLibrary

    @classmethod
    def load(cls) -> ProjectCards:
        """Read the project that the command runs in; raises what is wrong with it."""
        home = find_home()
        project = read_project(home)
        fonts = FontLibrary(home.fonts)
        return cls(home, project, fonts, TemplateLibrary(home.templates, fonts.digest, project.brand))

    def manifest(self) -> Manifest:
        """Return the schemas of the templates, with the versions that cards are named by."""
        return self.library.manifest(renderer_version())

    def drawn(
        self,
        tasks: list[Task],
        *,
        site: tuple[str, Path] | None = None,
        processes: int = 0,
        small: bool = False,
    ) -> Iterator[SitePicture]:
        """Draw cards on every core, each yielded as it is finished.

        `site` is a base address and the folder with its files, which is read instead of the network. `small`
        takes its time for smaller files.
        """
        from ..assets.fetch import GuardedFetcher  # late: a run that draws nothing needs no renderer
        from ..assets.images_decode import ImageLimits
        from ..render import Engine
        from ..server.config import tool_settings
        from .drawing import Drawer, draw_all

        settings = tool_settings(os.environ)
        remote = GuardedFetcher.of(settings.fetch_settings)
        fetcher = SiteFetcher(*site, remote) if site else remote
        engine = Engine(self.fonts, fetcher, image_limits=ImageLimits(**settings.image_settings))
        drawer = Drawer(engine, self.library, "small" if small else "quick")
        return draw_all(drawer, tasks, processes or settings.workers)


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
