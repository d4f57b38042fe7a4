"""The plugin that mkdocs.yml calls `emblazon`."""

from __future__ import annotations

from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin

from .plugins import draw


class PluginConfig(Config):  # type: ignore[no-untyped-call]  # mkdocs leaves a hook untyped
    """No options: settings are in emblazon.toml."""


class MkDocsPlugin(BasePlugin[PluginConfig]):  # type: ignore[no-untyped-call]  # mkdocs leaves a hook untyped
    """Draws the cards of a site that MkDocs built."""

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Draw when every page is written; `site_url` says where it will be served."""
        draw(config.site_dir, config.site_url or "")
