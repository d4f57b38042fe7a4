"""`emblazon pages`: cards for every page of a built site, and the tags that show them."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from ..exit_codes import FAILED, CommandError
from ..numbers import http_url, shard, whole
from .progress import print_notes, print_summary, with_progress

if TYPE_CHECKING:
    from ...site.draw_site import Page
    from ..outputs import PageOutput

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
    parser.add_argument(
        "--processes", type=whole(0, 256), default=0, metavar="N", help="default: one for each core"
    )
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
        result = draw_site(
            options.site, told, lambda found, total: with_progress(found, total, "Drawing cards")
        )
    except SiteError as error:
        raise CommandError(str(error)) from None
    _report(options, result.pages, result.pruned, time.monotonic() - begun)
    return FAILED if any(page.state == "failed" for page in result.pages) else 0


def _report(options: argparse.Namespace, pages: list[Page], pruned: int, seconds: float) -> None:
    if options.json:
        for page in pages:
            row: PageOutput = {"page": page.path, "state": page.state, "url": page.url, "note": page.note}
            print(json.dumps(row))
        return
    print_notes([(page.path, page.state, page.note) for page in pages if page.note])
    counts: Counter[str] = Counter(page.state for page in pages)
    titles = {"Drawn": "drawn", "Kept": "kept", "Left out": "skipped", "Failed": "failed"}
    shown = {title: counts[state] for title, state in titles.items()}
    print_summary({"Pages": len(pages), **shown, "Forgotten": pruned, "Seconds": f"{seconds:.1f}"})
