"""`emblazon warm`: have cards drawn and kept before the first crawler asks for them.

1 sources  addresses of cards and pages; sitemaps, feeds and lists of them (warm_run.py)
2 ask      each card once, at most so many a second; what was asked for is written down
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import httpx

from emblazon import __version__
from emblazon.contract.signing import Keyring

from ...home import find_home
from ..exit_codes import FAILED, CommandError
from ..numbers import decimal, http_url, whole
from ..project.secrets_file import signing_keys
from ..purge import DEFAULT_URL, PORT, URL, local_url
from .progress import print_notes, print_summary, progress
from .warm_run import Pacer, Warmer, read_list

if TYPE_CHECKING:
    from ..outputs import WarmOutput

AGENT = f"emblazon-warm/{__version__}"
EPILOG = """An address is a card's, or a page's whose og:image is one. --sitemap and --feed take an address or
a file; --list a file with an address a line. A path (/og/article.png?title=Hello) is one of --edge. Cards
without a signature are signed where there is a key. Warm afterwards are the data centre that answered, and
the store behind all of them. --resume goes on where a run was stopped, and tries again what failed."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "warm",
        help="have cards drawn before the first crawler asks",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("urls", nargs="*", metavar="URL", help="a card's address, or a page's")
    for name, text in (
        ("--sitemap", "every page of a sitemap, or of an index of them"),
        ("--feed", "every page of an RSS or Atom feed"),
        ("--list", "every address of a file"),
    ):
        parser.add_argument(name, action="append", dest="lists", default=[], metavar="FILE", help=text)
    parser.add_argument(
        "--edge",
        type=http_url,
        default=os.environ.get(URL) or local_url(),
        metavar="URL",
        help=f"the edge of paths (${URL}, else {DEFAULT_URL} or ${PORT})",
    )
    parser.add_argument(
        "--rate", type=decimal(0.01, 1000), default=10.0, metavar="N", help="requests a second at most (10)"
    )
    parser.add_argument("--jobs", type=whole(1, 64), default=4, metavar="N", help="requests at once (4)")
    parser.add_argument("--resume", action="store_true", help="leave out what the last run has warmed")
    parser.add_argument("--json", action="store_true", help="one JSON object for each address")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Warm them all; 1 where one could not be had."""
    if not (options.urls or options.lists):
        raise CommandError("Nothing to warm: give addresses, --sitemap, --feed or --list.")
    begun = time.monotonic()
    home = find_home()
    state, fault = home.writable_state()
    if options.resume and state is None:
        raise CommandError(f"Nothing can be written to {fault}, so no run can be gone on with.")
    keys = signing_keys(os.environ, home.state)
    rows = asyncio.run(_warmed(options, Keyring.parse(keys) if keys else None, state))
    counts = Counter(row["state"] for row in rows)
    if not options.json:
        print_notes([(row["url"], row["state"], row["note"]) for row in rows if row["note"]])
        shown = {name.capitalize(): counts[name] for name in ("drawn", "hit", "skipped", "failed")}
        print_summary({"Addresses": len(rows), **shown, "Seconds": f"{time.monotonic() - begun:.1f}"})
    return FAILED if counts["failed"] else 0


async def _warmed(options: argparse.Namespace, keys: Keyring | None, state: Path | None) -> list[WarmOutput]:
    """Read the sources and warm what they name; every row is noted, and printed as JSON, as it comes."""
    journal = WarmJournal.of([options.edge, *options.urls, *options.lists], state)
    async with httpx.AsyncClient(headers={"User-Agent": AGENT}) as client:
        wanted = [_addressed(url, options.edge) for url in options.urls]
        for source in options.lists:
            wanted += [_addressed(url, options.edge) for url in await read_list(source, client)]
        done = journal.begin(resume=options.resume)
        urls = [url for url in dict.fromkeys(wanted) if url not in done]
        rows: list[WarmOutput] = []
        warmer = Warmer(client, Pacer(options.rate), keys)
        try:
            with progress(len(urls), "Warming cards") as advance:
                async for row in warmer.warm_all(urls, options.jobs):
                    rows.append(row)
                    if row["state"] != "failed":
                        journal.add(row["url"])
                    if options.json:
                        print(json.dumps(row, ensure_ascii=False), flush=True)
                    advance()
        finally:
            complete = len(rows) == len(urls) and not any(row["state"] == "failed" for row in rows)
            journal.end(complete=complete)
    return rows


def _addressed(url: str, edge: str) -> str:
    """Join a path with the edge. Raises CommandError for what is no address."""
    if url.startswith("/"):
        return edge.rstrip("/") + url
    try:
        return http_url(url)
    except argparse.ArgumentTypeError as error:
        raise CommandError(f"{error}, or a path such as /og/article.png?title=Hello.") from None


# --- What a run has warmed, a line each, so that a stopped run can go on ---


@dataclass(slots=True)
class WarmJournal:
    """The file of one run; a run of the same sources has the same file. Without a path nothing is kept."""

    path: Path | None
    _file: BinaryIO | None = None

    @classmethod
    def of(cls, sources: Iterable[str], state: Path | None) -> WarmJournal:
        """Return the journal of a run over these sources."""
        name = hashlib.sha256("\n".join(sources).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return cls(state / "warm" / name if state is not None else None)

    def begin(self, *, resume: bool) -> set[str]:
        """Open the file; return what the last run has warmed where this one goes on. Raises OSError."""
        if self.path is None:
            return set()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a+b")
        self._file.seek(0)
        kept = self._file.read() if resume else b""
        whole = kept[: kept.rfind(b"\n") + 1]  # a crash may have cut the last line off
        self._file.truncate(len(whole))
        return set(whole.decode("utf-8", "surrogateescape").splitlines())

    def add(self, url: str) -> None:
        """Note one address, at once."""
        if self._file is not None:
            self._file.write(f"{url}\n".encode("utf-8", "surrogateescape"))
            self._file.flush()

    def end(self, *, complete: bool) -> None:
        """Close the file, and remove it where nothing is left to do."""
        if self._file is not None:
            self._file.close()
        if complete and self.path is not None:
            with contextlib.suppress(OSError):
                self.path.unlink()
