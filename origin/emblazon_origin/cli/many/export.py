"""`emblazon export`: many cards into a folder or a bucket, for sites that are built ahead of time.

1 read    the list, every line checked before the first card is drawn
2 draw    what the cache folder does not have, on every core
3 store   each card as it is finished; what is there with the same bytes stays
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sys
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from emblazon.contract.schema import CONTENT_TYPES, Format
from emblazon.sdk.meta import alt_text, html_of, meta_pairs

from ...errors import EmblazonError
from ..exit_codes import FAILED, WRONG_INPUT, CommandError
from ..numbers import http_url, shard, whole
from .card_list import ListedCard, check_entries, read_entries
from .progress import print_summary, with_progress

if TYPE_CHECKING:
    from ...server.config import OriginConfig
    from ...site.card_batch import CardBatch
    from ...site.drawing import SitePicture
    from ...storage import Storage
    from ..outputs import ExportMetaOutput, ExportOutput

EPILOG = """FILE holds one card per line, or is one JSON array of them; a card is what POST /api/cards takes:
  {"name": "blog/hello", "template": "article", "params": {"title": "Hello"}, "format": "jpg"}
`name` is where it goes, without the ending; without a name a hash of the picture is used.
Prints one JSON object per card on stdout, and on stderr how many were drawn, kept and failed.
What was drawn once is kept: a run that was stopped goes on, and one after a change draws what changed."""
UPLOADS = 8  # cards on their way at once


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "export",
        help="draw many cards into a folder or a bucket",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="the cards, as JSON Lines or a JSON array; - is stdin")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FOLDER", help="default: the storage that EMBLAZON_STORAGE names"
    )
    parser.add_argument("--base-url", type=http_url, metavar="URL", help="where FOLDER will be served")
    parser.add_argument(
        "--meta", action="store_true", help="beside each picture a .json with its alternative text and tags"
    )
    parser.add_argument(
        "--shard", type=shard, default=(1, 1), metavar="I/N", help="one part in N of the cards"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="default: .emblazon/export of the project"
    )
    parser.add_argument(
        "--processes", type=whole(0, 256), default=0, metavar="N", help="default: one for each core"
    )
    parser.add_argument("--json", action="store_true", help="print nothing but those objects")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Export every card that can be; the others are named on stderr."""
    from ...server.config import tool_settings
    from ...site.project_cards import ProjectCards

    if options.base_url and options.output is None:
        raise CommandError("--base-url belongs to -o; a storage has EMBLAZON_STORAGE_URL.")
    begun = time.monotonic()
    text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8-sig")
    entries = read_entries(text, "stdin" if options.file == "-" else options.file)
    config = tool_settings(os.environ)
    storage = _storage(options, config)
    cards = ProjectCards.load()
    manifest = cards.manifest()
    listed, wrong = check_entries(entries, manifest)
    folder = options.cache or cards.home.state / "export"
    with closing(_Export(storage, folder, manifest.renderer, meta=options.meta)) as export:
        export.ask(listed, options.shard)
        tasks = export.batch.tasks
        if tasks:
            pictures = cards.drawn(tasks, processes=options.processes, small=True)
            for picture in with_progress(pictures, len(tasks), "Drawing cards"):
                export.take(picture)
                export.tell(wait=False)
        export.tell(wait=True)
    for complaint in wrong:
        print(complaint, file=sys.stderr)
    if not options.json:
        _summarize(export.states, len(wrong), time.monotonic() - begun)
    return WRONG_INPUT if wrong else FAILED if export.states["failed"] else 0


def _summarize(states: Counter[str], wrong: int, seconds: float) -> None:
    counts = {"Drawn": states["drawn"], "Kept": states["kept"], "Failed": states["failed"] + wrong}
    print_summary({"Cards": sum(counts.values()), **counts, "Seconds": f"{seconds:.1f}"}, to_stderr=True)


def _storage(options: argparse.Namespace, config: OriginConfig) -> Storage:
    from ...storage import FolderStorage, storage_of

    if options.output is not None:
        return FolderStorage(options.output, options.base_url or "")
    if config.storage == "none":
        raise CommandError("There is nowhere to export to: name a folder with -o, or set EMBLAZON_STORAGE.")
    return storage_of(config)


class _Export:
    """The cards of a list on their way; receipts are printed in the list's order."""

    def __init__(self, storage: Storage, cache: Path, renderer: str, *, meta: bool) -> None:
        from ...site.card_batch import CardBatch
        from ...site.card_store import CardStore

        self.states: Counter[str] = Counter()
        self.batch: CardBatch[ListedCard] = CardBatch(CardStore(cache))
        self._storage = storage
        self._renderer = renderer
        self._meta = meta
        self._uploads = ThreadPoolExecutor(UPLOADS)
        self._order: list[ListedCard] = []
        self._outcomes: dict[str, Future[ExportOutput] | str] = {}  # by place: a receipt, or a complaint

    def ask(self, cards: list[ListedCard], part: tuple[int, int]) -> None:
        """Begin with the cards of this part: those that the cache has are stored at once."""
        from ...site.card_store import card_name
        from ...site.drawing import is_in_shard

        for card in cards:
            picture = card_name(card.request, self._renderer)
            if not is_in_shard(card.name or picture, part):
                continue
            self._order.append(card)
            kept = self.batch.ask(picture, card.request, card)
            if kept is not None:
                self._outcomes[card.place] = self._uploads.submit(self._store, card, kept, "kept")

    def take(self, picture: SitePicture) -> None:
        """Store a picture for every card that waited for it."""
        cards, path = self.batch.take(picture)
        for card in cards:
            if path is not None:
                self._outcomes[card.place] = self._uploads.submit(self._store, card, path, "drawn")
            elif picture.error:
                self._outcomes[card.place] = picture.error
            else:
                lost = "; ".join(picture.losses[:3])
                self._outcomes[card.place] = f"not stored, because something is missing: {lost}"

    def tell(self, *, wait: bool) -> None:
        """Print what is known, up to the first card that is not done yet."""
        while self._order:
            outcome = self._outcomes.get(self._order[0].place)
            if outcome is None or (isinstance(outcome, Future) and not wait and not outcome.done()):
                return
            self._tell(self._order.pop(0), outcome)

    def _tell(self, card: ListedCard, outcome: Future[ExportOutput] | str) -> None:
        try:
            receipt = outcome.result() if isinstance(outcome, Future) else None
        except EmblazonError as error:
            receipt, outcome = None, str(error)
        if receipt is None:
            print(f"{card.place}: {outcome}", file=sys.stderr, flush=True)
        else:
            print(json.dumps(receipt, ensure_ascii=False), flush=True)
        self.states[receipt["state"] if receipt else "failed"] += 1

    def close(self) -> None:
        """End the uploads; those that have not begun are left out."""
        self._uploads.shutdown(wait=True, cancel_futures=True)

    def _store(self, card: ListedCard, picture: Path, state: str) -> ExportOutput:
        return asyncio.run(self._stored(card, picture, state))

    async def _stored(self, card: ListedCard, picture: Path, state: str) -> ExportOutput:
        from ...site.card_store import format_of

        data = await asyncio.to_thread(picture.read_bytes)
        request, format_ = card.request, format_of(picture.name)
        kind = CONTENT_TYPES[format_]
        name = card.name or f"{request.template.name}/{hashlib.sha256(data).hexdigest()[:32]}"
        key = f"{name}{picture.suffix}"
        await self._put(key, data, kind)
        receipt: ExportOutput = {
            "name": card.name,
            "key": key,
            "url": self._storage.get_url(key),
            "width": round(request.width * request.dpr),
            "height": round(request.height * request.dpr),
            "bytes": len(data),
            "type": kind,
            "state": state,
        }
        if request.findings:
            receipt["findings"] = [
                {"code": finding.code, "param": finding.param, "detail": finding.detail}
                for finding in request.findings
            ]
        if self._meta:
            about = json.dumps(_meta_of(card, receipt, format_), ensure_ascii=False, indent=2).encode()
            await self._put(f"{key}.json", about + b"\n", "application/json")
        return receipt

    async def _put(self, key: str, data: bytes, kind: str) -> None:
        """Upload what the storage does not have yet."""
        if not await self._storage.holds(key, data):
            await self._storage.upload(key, data, kind)


def _meta_of(card: ListedCard, receipt: ExportOutput, format_: Format) -> ExportMetaOutput:
    """Return what a page needs to show the card."""
    alt = alt_text(card.request.template, card.request.params)
    tags = meta_pairs(receipt["url"], receipt["width"], receipt["height"], format=format_, alt=alt)
    return {"url": receipt["url"], "alt": alt, "tags": tags, "html": html_of(tags)}
