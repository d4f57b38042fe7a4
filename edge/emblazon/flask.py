"""Emblazon at home in Flask: an extension under `app.config`, and the same words in any Jinja2 template.

app.config["EMBLAZON"] = {"base_url": "https://og.example.com"}
cards = Emblazon(app)

<head>{{ og_card("article", title=post.title) }}</head>
"""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, has_request_context, request

from .sdk.card import Card, probe

CONFIG = "EMBLAZON"


class Emblazon:
    """The extension; `app.config["EMBLAZON"]` holds arguments that all cards have, such as `base_url`.

    Relative addresses are joined with `site_url`, else with the address that the request came to.
    """

    def __init__(self, app: Flask | None = None) -> None:
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Give the app's templates `og_card` and `og_image`; raises InvalidCard for wrong settings."""
        app.config.setdefault(CONFIG, {})
        probe(**app.config[CONFIG])
        app.extensions["emblazon"] = self
        app.jinja_env.globals.update(og_card=self.card, og_image=self.image)

    def card(self, template: str, /, **arguments: Any) -> Card:
        """Return a card; raises InvalidCard."""
        given = current_app.config[CONFIG]
        here = {"site_url": request.url_root} if has_request_context() else {}
        return Card(template, **{**here, **given, **arguments})

    def image(self, template: str, /, **arguments: Any) -> str:
        """Return the address of a card's picture."""
        return self.card(template, **arguments).url()
