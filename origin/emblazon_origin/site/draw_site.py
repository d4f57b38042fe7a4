"""A whole run, for the command and for the generators' plugins: `draw_site(folder, base_url=…)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import EmblazonError
from .card_store import CardStore
from .drawing import SitePicture
from .page_rules import PageRules, read_rules
from .project_cards import ProjectCards
from .site_build import Page, SiteBuild
from .site_images import LOCAL

Watch = Callable[
    [Iterator[SitePicture], int], Iterable[SitePicture]
]  # passes pictures on and shows how far it is


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
