"""A hook of MkDocs: the studio as static pages, at `playground/` of the site."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority

from emblazon_origin.home import find_home
from emblazon_origin.studio.static_pages import write_pages


@event_priority(100)  # before the plugin that draws a card for every page
def on_post_build(config: MkDocsConfig) -> None:
    """Write it when the site's own pages are there."""
    write_pages(Path(config.site_dir) / "playground", find_home())
