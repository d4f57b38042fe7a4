"""The cards that a page names: `og:image`, `twitter:image` and their kin in its head."""

from __future__ import annotations

from html.parser import HTMLParser

MAX_HEAD = 512 * 1024  # bytes of a page that are looked at
NAMES = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")


class _Head(HTMLParser):
    """Collects the pictures that the meta elements before the body name."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[str] = []
        self.over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.over = True
        if tag != "meta" or self.over:
            return
        given = dict(attrs)
        name = (given.get("property") or given.get("name") or "").strip().lower()
        if name in NAMES and (content := (given.get("content") or "").strip()):
            self.images.append(content)

    def handle_endtag(self, tag: str) -> None:
        self.over = self.over or tag == "head"


def images_of_page(html: bytes) -> list[str]:
    """Return the addresses of a page's pictures for others, each once, in their order."""
    head = _Head()
    head.feed(html[:MAX_HEAD].decode("utf-8", "replace"))
    return list(dict.fromkeys(head.images))
