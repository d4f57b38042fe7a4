"""A blog in aiohttp, each page with a card of its own: `python app.py`."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from emblazon.aiohttp import context, set_up

HERE = Path(__file__).parent
POSTS = {
    "maps": {
        "title": 'The "quiet" return of <hand-drawn> maps & more',
        "author": "Ines Okafor",
        "date": date(2026, 11, 22),
        "image": "/static/map.jpg",
    },
    "arabic": {"title": "عودة الخرائط المرسومة باليد", "date": date(2026, 11, 23)},
}


@aiohttp_jinja2.template("post.html")
async def page(request: web.Request) -> dict[str, object]:
    """A page; its template writes `{{ og_card(…) }}`."""
    slug = request.match_info["slug"]
    if slug not in POSTS:
        raise web.HTTPNotFound
    return {"post": POSTS[slug]}


def make_app() -> web.Application:
    """Return the application."""
    app = web.Application()
    set_up(app, base_url=os.environ.get("EMBLAZON_PUBLIC_URL", "http://127.0.0.1:8080"))
    loader = jinja2.FileSystemLoader(HERE / "templates")
    aiohttp_jinja2.setup(app, loader=loader, context_processors=[context, aiohttp_jinja2.request_processor])
    app.router.add_get("/posts/{slug}", page)
    app.router.add_static("/static", HERE / "static")
    return app


if __name__ == "__main__":
    web.run_app(make_app(), host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))
