"""`emblazon pages`: cards for every page of a built site, and the tags that show them."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ..exit_codes import FAILED, CommandError
from ..numbers import http_url, shard

if TYPE_CHECKING:
    from ...site.drawing import SitePicture
    from ...site.site_build import Page

MOST_NOTES = 25
EPILOG = """Titles, descriptions, authors, dates and pictures are the pages' own. <meta name="emblazon:title">
and its kind go before them; <meta name="emblazon:template"> chooses the template, <meta name="emblazon:skip">
leaves a page out. Rules for many pages are in [pages] of emblazon.toml. What was drawn once is kept, whatever
the next build removes."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "pages",
        help="draw a card for every page of a built site and write its tags",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("site", type=Path, metavar="SITE_DIR", help="the folder with the built pages")
    parser.add_argument("--base-url", type=http_url, metavar="URL", help="where the folder will be served")
    parser.add_argument("--template", metavar="NAME", help="of pages that no rule takes")
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="default: .emblazon/pages of the project"
    )
    parser.add_argument(
        "--shard", type=shard, default=(1, 1), metavar="I/N", help="one part in N of the pages"
    )
    parser.add_argument("--processes", type=int, default=0, metavar="N", help="default: one for each core")
    parser.add_argument("--prune", action="store_true", help="forget pictures that no page shows any more")
    parser.add_argument("--dry-run", action="store_true", help="write nothing into the site")
    parser.add_argument("--json", action="store_true", help="one JSON object for each page")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draw, write, and end with a table; 1 where a page got no card."""
    from ...site.draw_site import SiteError, SiteOptions, draw_site

    begun = time.monotonic()
    told = SiteOptions(
        base_url=options.base_url or "",
        template=options.template or "",
        cache=options.cache,
        shard=options.shard,
        processes=options.processes,
        dry=options.dry_run,
        prune=options.prune,
    )
    try:
        result = draw_site(options.site, told, _with_progress)
    except SiteError as error:
        raise CommandError(str(error)) from None
    _report(options, result.pages, result.pruned, time.monotonic() - begun)
    return FAILED if any(page.state == "failed" for page in result.pages) else 0


def _with_progress(pictures: Iterator[SitePicture], total: int) -> Iterator[SitePicture]:
    """Show how far it is, where somebody looks."""
    if not sys.stderr.isatty():
        yield from pictures
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(pictures, "Drawing cards", total, console=Console(stderr=True), transient=True)


def _report(options: argparse.Namespace, pages: list[Page], pruned: int, seconds: float) -> None:
    if options.json:
        for page in pages:
            print(json.dumps({"page": page.path, "state": page.state, "url": page.url, "note": page.note}))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console()
    noted = [page for page in pages if page.note]
    if noted:
        table = Table("Page", "", "Note", title="What is to know")
        for page in noted[:MOST_NOTES]:
            table.add_row(page.path, page.state, page.note)
        console.print(table)
        if len(noted) > MOST_NOTES:
            console.print(f"… and {len(noted) - MOST_NOTES} more; --json names all.")
    counts: Counter[str] = Counter(page.state for page in pages)
    table = Table("Pages", "Drawn", "Kept", "Left out", "Failed", "Forgotten", "Seconds")
    states = ("drawn", "kept", "skipped", "failed")
    table.add_row(str(len(pages)), *(str(counts[state]) for state in states), str(pruned), f"{seconds:.1f}")
    console.print(table)
