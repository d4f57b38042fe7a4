"""A blog in FastAPI, each page with a card of its own: `uvicorn app:app`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates

from emblazon.starlette import Cards

HERE = Path(__file__).parent
cards = Cards(base_url=os.environ.get("EMBLAZON_PUBLIC_URL", "http://127.0.0.1:8080"))
templates = Jinja2Templates(HERE / "templates", context_processors=[cards.context])
app = FastAPI()
app.mount("/static", StaticFiles(directory=HERE / "static"))


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


def find(slug: str) -> Post:
    """Return a post; 404 where there is none."""
    if slug not in POSTS:
        raise HTTPException(404)
    return POSTS[slug]


@app.get("/posts/{slug}", response_class=HTMLResponse)
async def page(request: Request, slug: str) -> Any:
    """A page; its template writes `{{ og_card(…) }}`."""
    return templates.TemplateResponse(request, "post.html", {"post": find(slug)})


@app.get("/api/posts/{slug}")
async def data(request: Request, slug: str) -> dict[str, object]:
    """The same for a front end that writes the head itself."""
    post = find(slug)
    card = cards.of(request)("article", title=post.title, author=post.author, date=post.published)
    return {"title": post.title, "meta": card.dict, "image": card.jsonld_image}
