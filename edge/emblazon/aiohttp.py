"""Emblazon at home in aiohttp: cards under the app's settings, and words for aiohttp-jinja2 templates.

set_up(app, base_url="https://og.example.com")
card(request, "article", title=post.title)
aiohttp_jinja2.setup(app, loader=…, context_processors=[context, aiohttp_jinja2.request_processor])
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from .sdk.card import Card

DEFAULTS: web.AppKey[dict[str, Any]] = web.AppKey("emblazon", dict)


def set_up(app: web.Application, **defaults: Any) -> None:
    """Keep the arguments that all cards of the app have, such as `base_url`."""
    app[DEFAULTS] = defaults


def card(request: web.Request, template: str, /, **arguments: Any) -> Card:
    """Return a card; relative addresses are joined with `site_url`, else with the request's own.

    Raises InvalidCard.
    """
    given = request.config_dict.get(DEFAULTS, {})
    return Card(template, **{"site_url": str(request.url.origin()), **given, **arguments})


async def context(request: web.Request) -> dict[str, Any]:
    """A context processor of aiohttp-jinja2: `og_card(…)` and `og_image(…)`."""

    def og_card(template: str, /, **arguments: Any) -> Card:
        return card(request, template, **arguments)

    def og_image(template: str, /, **arguments: Any) -> str:
        return card(request, template, **arguments).url()

    return {"og_card": og_card, "og_image": og_image}
