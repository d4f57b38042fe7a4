"""A blog in Flask, each page with a card of its own: `flask --app app run`."""

from __future__ import annotations

import os
from datetime import date

from flask import Flask, abort, render_template

from emblazon.flask import Emblazon

app = Flask(__name__)
app.config["EMBLAZON"] = {"base_url": os.environ.get("EMBLAZON_PUBLIC_URL", "http://127.0.0.1:8080")}
Emblazon(app)

POSTS = {
    "maps": {
        "title": 'The "quiet" return of <hand-drawn> maps & more',
        "author": "Ines Okafor",
        "date": date(2026, 11, 22),
        "image": "/static/map.jpg",
    },
    "arabic": {"title": "عودة الخرائط المرسومة باليد", "date": date(2026, 11, 23)},
}


@app.get("/posts/<slug>")
def page(slug: str) -> str:
    """A page; its template writes `{{ og_card(…) }}`."""
    if slug not in POSTS:
        abort(404)
    return render_template("post.html", post=POSTS[slug])
