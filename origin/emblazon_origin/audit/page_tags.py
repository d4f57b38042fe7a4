"""The elements of a page's head that crawlers read, each with its line and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_HEAD = frozenset(
    ("html", "head", "title", "meta", "link", "script", "style", "base", "noscript", "template")
)


@dataclass(frozen=True, slots=True)
class Tag:
    """One `<meta>` element; `offset` is where it begins, in characters."""

    key: str
    content: str
    attribute: str  # "property" or "name"
    line: int
    offset: int
    in_head: bool


@dataclass(slots=True)
class PageTags:
    """What a page says of itself."""

    tags: list[Tag] = field(default_factory=list)
    title: str = ""
    charset: str = ""
    refresh: str = ""
    refresh_line: int = 0

    def all(self, key: str) -> list[Tag]:
        """Return the elements of one name, in order."""
        return [tag for tag in self.tags if tag.key == key]

    def first(self, *keys: str) -> Tag | None:
        """Return the first element with content of the first name that has one."""
        for key in keys:
            for tag in self.all(key):
                if tag.content:
                    return tag
        return None

    def text(self, *keys: str) -> str:
        """Return its content, empty where there is none."""
        found = self.first(*keys)
        return found.content if found is not None else ""


def read_tags(html: str) -> PageTags:
    """Read a page as a parser of HTML does, without running scripts."""
    reader = _Reader(html)
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = PageTags()
        self._in_head, self._in_title, self._inert = True, False, 0
        self._starts = [0]
        for line in html.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HEAD:
            self._in_head = False
        if tag == "template":
            self._inert += 1
        if tag == "title" and self._in_head:
            self._in_title = True
        if tag == "meta" and not self._inert:
            self._meta({name: value or "" for name, value in reversed(attrs)})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            self._in_head = False
        if tag == "title":
            self._in_title = False
        if tag == "template":
            self._inert = max(0, self._inert - 1)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.page.title += data
        elif self._in_head and data.strip() and self.cdata_elem is None and not self._inert:
            self._in_head = False  # text begins the body

    def _meta(self, attributes: dict[str, str]) -> None:
        line, column = self.getpos()
        if "charset" in attributes:
            self.page.charset = attributes["charset"].strip().lower()
        equivalent = attributes.get("http-equiv", "").strip().lower()
        if equivalent == "content-type" and "charset=" in attributes.get("content", "").lower():
            self.page.charset = attributes["content"].lower().rpartition("charset=")[2].strip()
        if equivalent == "refresh" and "url" in attributes.get("content", "").lower():
            self.page.refresh, self.page.refresh_line = attributes["content"], line
        for attribute in ("property", "name"):
            key = attributes.get(attribute, "").strip().lower()
            if key:
                self.page.tags.append(
                    Tag(
                        key=key,
                        content=" ".join(attributes.get("content", "").split()),
                        attribute=attribute,
                        line=line,
                        offset=self._starts[min(line - 1, len(self._starts) - 1)] + column,
                        in_head=self._in_head,
                    )
                )
                return
