"""A site with one clean page, and faults to plant into it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
from PIL import Image

SITE = "https://site.example"
HEAD = {
    "og:title": "A morning at the harbour",
    "og:description": "Boats, gulls and the smell of tar.",
    "og:type": "article",
    "og:url": f"{SITE}/post",
    "og:image": f"{SITE}/card.png",
    "og:image:width": "1200",
    "og:image:height": "630",
    "og:image:type": "image/png",
    "og:image:alt": "A card with the title of the post.",
    "twitter:card": "summary_large_image",
}


def picture(
    format: str = "PNG", size: tuple[int, int] = (1200, 630), mode: str = "RGB", **options: object
) -> bytes:
    """Return a picture's file: a gradient."""
    out = io.BytesIO()
    image = Image.linear_gradient("L").resize(size).convert(mode)
    image.save(out, format, **options)
    return out.getvalue()


CARD = picture()


@dataclass(frozen=True)
class Site:
    """What the server answers; `tags` maps names to contents, None leaves one out."""

    tags: Mapping[str, str | None] = field(default_factory=dict)
    more: str = ""  # at the end of the head
    before: str = ""  # of the elements
    body: str = "<p>Text</p>"
    page: httpx.Response | None = None
    page_type: str = "text/html; charset=utf-8"
    encoding: str = "utf-8"
    card: bytes = CARD
    card_type: str | None = "image/png"
    card_headers: Mapping[str, str] = field(default_factory=dict)
    card_answer: httpx.Response | None = None
    robots: str | None = None
    route: Callable[[httpx.Request], httpx.Response | None] = lambda request: None

    def html(self) -> str:
        """The page."""
        tags = {**HEAD, **self.tags}
        lines = [
            f'<meta {"name" if key.startswith("twitter:") else "property"}="{key}" content="{value}">'
            for key, value in tags.items()
            if value is not None
        ]
        head = "\n".join(("<title>A morning at the harbour</title>", *lines, self.more))
        head = f"<head>\n{self.before}\n{head}\n</head>"
        return f"<!doctype html><html lang=en>{head}<body>{self.body}</body></html>"

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        routed = self.route(request)
        if routed is not None:
            return routed
        match request.url.path:
            case "/robots.txt":
                return (
                    httpx.Response(200, text=self.robots) if self.robots is not None else httpx.Response(404)
                )
            case "/post":
                own = {"content-type": self.page_type} if self.page_type else {}
                return self.page or httpx.Response(
                    200, headers=own, content=self.html().encode(self.encoding)
                )
            case "/card.png":
                kind = {"content-type": self.card_type} if self.card_type is not None else {}
                headers = {"cache-control": "public, max-age=600", **kind, **self.card_headers}
                return self.card_answer or httpx.Response(200, headers=headers, content=self.card)
        return httpx.Response(404)


def tags(**changes: str | None) -> Site:
    """Return a site with other elements; `__` stands for a colon."""
    return Site(tags={name.replace("__", ":"): value for name, value in changes.items()})


def card(data: bytes, width: int = 1200, height: int = 630, kind: str = "image/png") -> Site:
    """Return a site with another picture, rightly described."""
    described = {"og:image:width": str(width), "og:image:height": str(height), "og:image:type": kind}
    return Site(tags=described, card=data, card_type=kind)


def noise(size: tuple[int, int]) -> bytes:
    """Return a PNG that cannot be made small."""
    out = io.BytesIO()
    Image.merge("RGB", [Image.effect_noise(size, 200 + i) for i in range(3)]).save(
        out, "PNG", compress_level=0
    )
    return out.getvalue()


def _browsers_only(request: httpx.Request) -> httpx.Response | None:
    return None if "Chrome" in request.headers["user-agent"] else httpx.Response(403)


def _refused_card(request: httpx.Request) -> httpx.Response | None:
    return _browsers_only(request) if request.url.path == "/card.png" else None


def _unreachable(request: httpx.Request) -> httpx.Response | None:
    raise httpx.ConnectError("no such host")


def _certificate(request: httpx.Request) -> httpx.Response | None:
    raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate has expired")


def _slow(path: str) -> Callable[[httpx.Request], httpx.Response | None]:
    def route(request: httpx.Request) -> httpx.Response | None:
        if request.url.path == path:
            raise httpx.ReadTimeout("waited long enough")
        return None

    return route


def _unreachable_card(request: httpx.Request) -> httpx.Response | None:
    if request.url.path == "/card.png":
        raise httpx.ConnectError("no such host")
    return None


def _circle(request: httpx.Request) -> httpx.Response | None:
    other = {"/post": "/again", "/again": "/post"}.get(request.url.path)
    return httpx.Response(302, headers={"location": other}) if other else None


def _card_in_a_circle(request: httpx.Request) -> httpx.Response | None:
    other = {"/card.png": "/moved.png", "/moved.png": "/card.png"}.get(request.url.path)
    return httpx.Response(302, headers={"location": other}) if other else None


def _three_hops(request: httpx.Request) -> httpx.Response | None:
    following = {"/1": "/2", "/2": "/3", "/3": "/card.png"}.get(request.url.path)
    return httpx.Response(302, headers={"location": following}) if following else None


def _animated() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (1200, 630), color) for color in ("red", "blue")]
    for frame in frames:
        frame.paste("white", (0, 0, 600, 630))
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def _turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture("JPEG", exif=exif)


def _blank() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (1200, 630), "red").save(out, "PNG")
    return out.getvalue()


def _see_through() -> bytes:
    out = io.BytesIO()
    image = Image.linear_gradient("L").resize((1200, 630)).convert("RGBA")
    image.putalpha(Image.radial_gradient("L").resize((1200, 630)))
    image.save(out, "PNG")
    return out.getvalue()


_SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='1200' height='630'><rect width='9' height='9'/></svg>"
_JPEG = "image/jpeg"
# Each fault of the table, planted alone.
FAULTS: dict[str, Site] = {
    "page-unreachable": Site(route=_unreachable),
    "page-certificate": Site(route=_certificate),
    "page-slow": Site(route=_slow("/post")),
    "page-redirects": Site(route=_circle),
    "page-status": Site(page=httpx.Response(404, text="no")),
    "page-refuses-crawler": Site(route=lambda r: _browsers_only(r) if r.url.path == "/post" else None),
    "page-robots": Site(robots="User-agent: LinkedInBot\nDisallow: /post\n"),
    "page-type": Site(page_type="text/plain; charset=utf-8"),
    "page-charset": Site(tags={"og:title": "Frühstück am Hafen"}, encoding="latin-1"),
    "page-refresh": Site(more='<meta http-equiv="refresh" content="3; url=/other">'),
    "tags-late": Site(before=f"<style>{'p{color:red}' * 30_000}</style>"),
    "tags-in-body": Site(
        tags={"og:title": None}, body='<p>x</p><meta property="og:title" content="A morning at the harbour">'
    ),
    "og-title-missing": tags(og__title=None),
    "description-missing": tags(og__description=None),
    "image-missing": Site(tags={key: None for key in HEAD if key.startswith("og:image")}),
    "og-url-missing": tags(og__url=None),
    "og-url-elsewhere": tags(og__url=f"{SITE}/another"),
    "og-type-missing": tags(og__type=None),
    "og-type-unknown": tags(og__type="blogpost"),
    "tag-empty": Site(more='<meta property="og:site_name" content="">'),
    "tag-duplicate": Site(more='<meta property="og:title" content="Another title">'),
    "tag-name-attribute": Site(tags={"og:type": None}, more='<meta name="og:type" content="article">'),
    "tag-placeholder": tags(og__description="{{ page.summary }}"),
    "tag-markup": tags(og__title="Fish &amp;amp; chips"),
    "title-long": tags(og__title="word " * 25),
    "description-long": tags(og__description="word " * 80),
    "locale-form": tags(og__locale="en-US"),
    "time-form": tags(article__published_time="27 November 2026"),
    "twitter-card-missing": tags(twitter__card=None),
    "twitter-card-unknown": tags(twitter__card="large"),
    "twitter-card-small": tags(twitter__card="summary"),
    "twitter-site-form": tags(twitter__site="harbour"),
    "image-relative": tags(og__image="/card.png"),
    "image-protocol-relative": tags(og__image="//site.example/card.png"),
    "image-scheme": tags(og__image="data:image/png;base64,AAAA"),
    "image-not-https": tags(og__image="http://site.example/card.png"),
    "image-url-form": tags(og__image=f"{SITE}/card.png?title=a b"),
    "image-url-escaped": tags(og__image=f"{SITE}/card.png?a=1&amp;amp;b=2"),
    "image-private": Site(tags={"og:image": "https://localhost:3000/card.png"}),
    "secure-url": tags(og__image__secure_url="http://site.example/card.png"),
    "image-alt-missing": tags(og__image__alt=None),
    "image-size-missing": tags(og__image__width=None),
    "image-size-wrong": tags(og__image__width="1600"),
    "image-type-wrong": tags(og__image__type="image/jpeg"),
    "image-unreachable": Site(route=_unreachable_card),
    "image-status": Site(route=_refused_card),
    "image-slow": Site(route=_slow("/card.png")),
    "image-circle": Site(route=_card_in_a_circle),
    "image-redirects": Site(tags={"og:image": f"{SITE}/1"}, route=_three_hops),
    "image-robots": Site(robots="User-agent: Twitterbot\nDisallow: /card\n"),
    "image-content-type": Site(card_type="text/html"),
    "image-not-image": Site(card=b"<!doctype html><p>Sign in", card_type="text/html"),
    "image-damaged": Site(card=CARD[: len(CARD) // 2]),
    "image-format": card(picture("WEBP"), kind="image/webp"),
    "image-bytes": card(noise((600, 315)), 600, 315),
    "image-small": card(picture(size=(300, 157)), 300, 157),
    "image-crop": card(picture(size=(1200, 1200)), 1200, 1200),
    "image-animated": card(_animated(), kind="image/gif"),
    "image-transparent": card(_see_through()),
    "image-blank": card(_blank()),
    "image-cmyk": card(picture("JPEG", mode="CMYK"), kind=_JPEG),
    "image-turned": card(_turned(), kind=_JPEG),
    "image-no-store": Site(card_headers={"cache-control": "no-store"}),
}
# What follows from a fault by itself.
FOLLOWING: dict[str, set[str]] = {"image-bytes": {"image-small"}}  # LinkedIn asks for more pixels


SVG = card(_SVG, kind="image/svg+xml")
