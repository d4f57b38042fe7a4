"""Emblazon at home in Starlette and FastAPI: cards under the app's settings, in Jinja2 templates and as JSON.

cards = Cards(base_url="https://og.example.com")
templates = Jinja2Templates("templates", context_processors=[cards.context])

<head>{{ og_card("article", title=post.title) }}</head>
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from .sdk.card import Card


class Cards:
    """Makes the cards of one site; `defaults` are arguments that all of them have, such as `base_url`.

    Relative addresses are joined with `site_url`, else with the address that the request came to.
    """

    def __init__(self, **defaults: Any) -> None:
        self._defaults = defaults

    def __call__(self, template: str, /, **arguments: Any) -> Card:
        """Return a card; raises InvalidCard."""
        return Card(template, **{**self._defaults, **arguments})

    def of(self, request: Request) -> Cards:
        """Return the same for one request, whose own address relative ones are joined with."""
        return Cards(**{"site_url": str(request.base_url), **self._defaults})

    def context(self, request: Request) -> dict[str, Any]:
        """A context processor: `og_card(…)` writes the elements, `og_image(…)` the picture's address."""
        cards = self.of(request)

        def og_image(template: str, /, **arguments: Any) -> str:
            return cards(template, **arguments).url()

        return {"og_card": cards, "og_image": og_image}
