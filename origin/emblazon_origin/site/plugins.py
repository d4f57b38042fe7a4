"""Plugins for generators in Python: the site is built, then its pages get their cards.

MkDocs    plugins: [emblazon]                                  in mkdocs.yml (mkdocs_plugin.py)
Sphinx    extensions = ["emblazon_origin.site.plugins"]        in conf.py; html_baseurl is where it is served
Pelican   PLUGINS = ["emblazon_origin.site.plugins"]           in pelicanconf.py; SITEURL likewise

Settings are those of `emblazon pages`, in emblazon.toml beside the generator's own.
"""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .draw_site import SiteOptions, draw_site

if TYPE_CHECKING:
    from sphinx.application import Sphinx

log = logging.getLogger("emblazon")


def draw(folder: str | Path, base_url: str) -> None:
    """Draw the cards of a built site and say in the generator's log what became of its pages."""
    result = draw_site(Path(folder), SiteOptions(base_url=base_url))
    counts = Counter(page.state for page in result.pages)
    log.info("cards: %d drawn, %d kept, %d left out", counts["drawn"], counts["kept"], counts["skipped"])
    for page in result.pages:
        if page.state == "failed":
            log.warning("no card for %s: %s", page.path, page.note)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""

    def finished(app: Sphinx, error: Exception | None) -> None:
        if error is None and app.builder.format == "html":
            draw(app.outdir, app.config.html_baseurl)

    app.connect("build-finished", finished)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def register() -> None:
    """Register with Pelican."""
    from pelican import signals

    signals.finalized.connect(_pelican_finished)


def _pelican_finished(pelican: Any) -> None:
    draw(pelican.output_path, pelican.settings.get("SITEURL") or "")
