"""A blog in Starlette, each page with a card of its own: `uvicorn app:app`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from emblazon.starlette import Cards

HERE = Path(__file__).parent
cards = Cards(base_url=os.environ.get("EMBLAZON_PUBLIC_URL", "http://127.0.0.1:8080"))
templates = Jinja2Templates(HERE / "templates", context_processors=[cards.context])


@dataclass(frozen=True)
class Post:
    """What the blog is made of."""

    slug: str
    title: str
    author: str
    published: date
    cover: str = ""


POSTS = {
    post.slug: post
    for post in (
        Post(
            "maps",
            'The "quiet" return of <hand-drawn> maps & more',
            "Ines Okafor",
            date(2026, 11, 22),
            "/static/map.jpg",
        ),
        Post("arabic", "عودة الخرائط المرسومة باليد", "", date(2026, 11, 23)),
    )
}


async def page(request: Request) -> Response:
    """A page; its template writes `{{ og_card(…) }}`."""
    post = POSTS.get(request.path_params["slug"])
    if post is None:
        raise HTTPException(404)
    return templates.TemplateResponse(request, "post.html", {"post": post})


app = Starlette(
    routes=[
        Route("/posts/{slug}", page),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]
)
