"""One run over a built site: `draw_site(folder, base_url=…)`, for the command and the generators' plugins.

1 pages   every HTML file of this shard, with what it says of itself
2 cards   the request that rules and facts make of each
3 draw    what the store does not have, on every core
4 write   the picture into the site, the tags into the page
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from emblazon.contract.problem import Problem, unknown_word
from emblazon.contract.request import CardRequest, build_request
from emblazon.contract.schema import Manifest
from emblazon.sdk.meta import alt_text, meta_tags

from ..errors import EmblazonError
from .card_store import CardBatch, CardStore, card_name, ending_of, format_of, write_whole
from .drawing import SitePicture, Task, is_in_shard
from .page_rules import PageFacts, PageRules, codec_of, params_of, read_facts, read_rules
from .project_cards import LOCAL, ProjectCards, absolute

Watch = Callable[
    [Iterator[SitePicture], int], Iterable[SitePicture]
]  # passes pictures on and shows how far it is

State = Literal["drawn", "kept", "skipped", "failed"]


class SiteError(EmblazonError):
    """The run as a whole cannot begin; the message names the fix."""


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What a run may be told beside `[pages]`; empty values leave that as it is."""

    base_url: str = ""
    template: str = ""
    cache: Path | None = None
    shard: tuple[int, int] = (1, 1)
    processes: int = 0
    dry: bool = False
    prune: bool = False


@dataclass(slots=True)
class Page:
    """One page of the site on its way."""

    file: Path
    path: str  # as it is served: /blog/hello/
    html: str
    facts: PageFacts
    codec: str = "utf-8"  # of the file; `html` is its bytes as UTF-8 with surrogates
    request: CardRequest | None = None
    name: str = ""  # of its picture in the store
    state: State = "skipped"
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class SiteResult:
    """Every page of the shard with its state, and how many old pictures were forgotten."""

    pages: list[Page]
    pruned: int = 0


def draw_site(
    site: Path, options: SiteOptions, watch: Watch = lambda pictures, total: pictures
) -> SiteResult:
    """Give every page of a built site its card.

    Raises `SiteError`, and what is wrong with settings, templates or fonts as their errors.
    """
    if not site.is_dir():
        raise SiteError(f"{site} is no folder; build the site first.")
    cards = ProjectCards.load()
    rules = _told(read_rules(cards.project.pages, cards.project.file), options)
    store = CardStore(options.cache or cards.home.state / "pages")
    build = SiteBuild(site, rules, cards.manifest(), store, options.shard, dry=options.dry)
    pages = list(build.pages())
    _check_addresses(pages, rules)
    tasks = build.tasks(pages)
    if tasks:
        served = (rules.base_url or LOCAL, site)
        drawn = cards.drawn(tasks, site=served, processes=options.processes)
        for picture in watch(drawn, len(tasks)):
            build.take(picture)
    if not options.prune or options.dry or options.shard != (1, 1):
        return SiteResult(pages)
    return SiteResult(pages, store.prune({page.url.rpartition("/")[2] for page in pages}))


def _told(rules: PageRules, options: SiteOptions) -> PageRules:
    if options.base_url:
        rules = replace(rules, base_url=options.base_url.rstrip("/"))
    return replace(rules, template=options.template) if options.template else rules


def _check_addresses(pages: list[Page], rules: PageRules) -> None:
    """Platforms take absolute addresses alone."""
    lost = [page.path for page in pages if page.request is not None and not page.facts.canonical]
    if lost and not rules.base_url:
        raise SiteError(
            f"{lost[0]} has no canonical address: pass --base-url https://…, or set base_url in [pages]."
        )


@dataclass(slots=True)
class SiteBuild:
    """A site's folder, the rules for its pages, and where their pictures are kept."""

    site: Path
    rules: PageRules
    manifest: Manifest
    store: CardStore
    shard: tuple[int, int] = (1, 1)
    dry: bool = False
    _batch: CardBatch[Page] = field(init=False)

    def __post_init__(self) -> None:
        self._batch = CardBatch(self.store)

    def pages(self) -> Iterator[Page]:
        """1 and 2: yield every page of this shard, with the card that it gets or why it gets none."""
        own = self.site / self.rules.folder
        for file in sorted(self.site.rglob("*.htm*")):
            if file.suffix not in (".html", ".htm") or own in file.parents or not self._is_mine(file):
                continue
            data = file.read_bytes()
            html = data.decode("utf-8", "surrogateescape")
            codec = codec_of(data)
            facts = read_facts(without_own(data.decode(codec, "surrogateescape")))
            page = Page(file, served_path(file.relative_to(self.site)), html, facts, codec)
            self._choose(page)
            yield page

    def tasks(self, pages: list[Page]) -> list[Task]:
        """3: return what is to be drawn; pages whose picture is there are finished at once."""
        for page in pages:
            if page.request is None:
                continue
            kept = self._batch.ask(page.name, page.request, page)
            if kept is not None:
                self._finish(page, kept.name, "kept")
                self._publish(kept)
        return self._batch.tasks

    def take(self, picture: SitePicture) -> list[Page]:
        """4: keep a picture and finish the pages that waited for it; returns them."""
        pages, path = self._batch.take(picture)
        if picture.error:
            for page in pages:
                page.state, page.note = "failed", picture.error
            return pages
        if path is not None:
            self._publish(path)
        elif not self.dry:  # it lacks something: shown as it is, drawn again at the next run
            lacking = self.site / self.rules.folder / f"{picture.key}.{ending_of(picture)}"
            write_whole(lacking, picture.data)
        for page in pages:
            page.note = "; ".join(picture.losses)
            self._finish(page, f"{picture.key}.{ending_of(picture)}", "drawn")
        return pages

    def _publish(self, picture: Path) -> None:
        if not self.dry:
            self.store.publish(picture, self.site / self.rules.folder)

    def _is_mine(self, file: Path) -> bool:
        return is_in_shard(file.relative_to(self.site).as_posix(), self.shard)

    def _choose(self, page: Page) -> None:
        rule = self.rules.rule_for(page.path)
        if rule.skip or "skip" in page.facts.own:
            page.note = "left out by a rule" if rule.skip else "left out by the page"
            return
        name = page.facts.own.get("template") or rule.template or self.rules.template
        spec = self.manifest.templates.get(name)
        if spec is None:
            page.state, page.note = (
                "failed",
                unknown_word("Template", name, sorted(self.manifest.templates))[0],
            )
            return
        if not page.facts.title and "title" not in page.facts.own:
            page.note = "it has no title"
            return
        params: dict[str, object] = dict(params_of(page.facts, spec, rule))
        for key, value in params.items():
            if spec.params[key].type == "url":
                params[key] = absolute(self.rules.base_url, page.path, str(value))
        options = {"_lang": page.facts.lang} if page.facts.lang else {}
        try:
            page.request = build_request(
                {"template": name, "params": params, "options": options},
                self.manifest,
                extension=self.rules.format,
            )
        except Problem as problem:
            page.state, page.note = "failed", problem.detail or problem.title
            return
        page.name = card_name(page.request, self.manifest.renderer)

    def _finish(self, page: Page, picture: str, state: State) -> None:
        page.state = state
        request = page.request
        if request is None:
            raise AssertionError("a page without a card is not finished")
        base = self.rules.base_url or _origin_of(page.facts.canonical)
        page.url = f"{base}/{self.rules.folder}/{picture}"
        if self.dry:
            return
        width, height = round(request.width * request.dpr), round(request.height * request.dpr)
        alt = alt_text(request.template, request.params)
        tags = meta_tags(page.url, width, height, format=format_of(picture), alt=alt)
        if page.codec != "utf-8":  # references mean the same in every encoding
            tags = tags.encode("ascii", "xmlcharrefreplace").decode()
        html = with_tags(page.html, tags, page.facts.image)
        if html is None:
            page.state, page.note = "failed", "it has no <head> for the tags"
        elif html != page.html:
            write_whole(page.file, html.encode("utf-8", "surrogateescape"))


def served_path(relative: Path) -> str:
    """Return the path that a file of the site is served at: `/blog/` for `blog/index.html`."""
    path = relative.as_posix()
    if relative.name in ("index.html", "index.htm"):
        path = path[: -len(relative.name)]
    return f"/{path}"


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""


# --- The elements of a card in a page's head. What stood there before for the picture goes ---


BEGIN, END = "<!-- emblazon -->", "<!-- /emblazon -->"
_BLOCK = re.compile(rf"{re.escape(BEGIN)}.*?{re.escape(END)}\n?", re.DOTALL)
_META = re.compile(r"<meta\b[^<>]*>\n?", re.IGNORECASE)
_NAME = re.compile(
    r"""\b(?:property|name)\s?=\s?["']?(og:image|twitter:image|twitter:card)\b""", re.IGNORECASE
)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)


def without_own(html: str) -> str:
    """Return the page as it was before an earlier run."""
    return _BLOCK.sub("", html)


def with_tags(html: str, tags: str, picture: str = "") -> str | None:
    """Return the page with the tags at the end of its head; None where it has no head.

    Tags of an earlier run and other elements for the picture are taken out, so that no platform reads two.
    `picture`, which the page named itself, stays as `emblazon:image` for the next run.
    """
    end = _HEAD_END.search(html)
    begin = _HEAD.search(html)
    if end is None or begin is None or begin.end() > end.start():
        return None
    before = _BLOCK.sub("", html[begin.end() : end.start()])
    head = _META.sub(_unless_picture, before)
    if picture and head != before:
        head += f'<meta name="emblazon:image" content="{escape(picture)}">\n'
    gap = "" if head.endswith("\n") else "\n"
    return f"{html[: begin.end()]}{head}{gap}{BEGIN}\n{tags}\n{END}\n{html[end.start() :]}"


def _unless_picture(element: re.Match[str]) -> str:
    return "" if _NAME.search(element[0]) else element[0]
