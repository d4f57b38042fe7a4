"""What a project draws with, loaded once for a whole run: its fonts, its templates, its limits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emblazon.contract.schema import Manifest

from ..home import Home, find_home
from ..project import Project, read_project
from ..renderer_version import renderer_version
from ..template.library import TemplateLibrary
from ..text.fonts.font_library import FontLibrary

if TYPE_CHECKING:
    from .drawing import SitePicture, Task


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
        from .site_images import SiteFetcher

        settings = tool_settings(os.environ)
        remote = GuardedFetcher.of(settings.fetch_settings)
        fetcher = SiteFetcher(*site, remote) if site else remote
        engine = Engine(self.fonts, fetcher, image_limits=ImageLimits(**settings.image_settings))
        drawer = Drawer(engine, self.library, "small" if small else "quick")
        return draw_all(drawer, tasks, processes or settings.workers)
