"""`emblazon export`: many cards into a folder or a bucket, for sites that are built ahead of time.

1 read    the list, every line checked before the first card is drawn
2 draw    what the cache folder does not have, on every core
3 store   each card as it is finished; what is there with the same bytes stays

The list is a file: many cards, as JSON Lines or as one JSON array.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sys
import time
import unicodedata
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emblazon.contract.params import ParamRules
from emblazon.contract.problem import BadParameter, Problem
from emblazon.contract.request import CardRequest, build_request
from emblazon.contract.route import EXTENSIONS
from emblazon.contract.schema import CONTENT_TYPES, Format, Manifest
from emblazon.sdk.meta import alt_text, html_of, meta_pairs

from ...errors import EmblazonError
from ..exit_codes import FAILED, WRONG_INPUT, CommandError
from ..numbers import http_url, shard, whole
from .progress import print_summary, with_progress

if TYPE_CHECKING:
    from ...server.config import OriginConfig
    from ...site.card_store import CardBatch
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
        from ...site.card_store import CardBatch, CardStore

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


@dataclass(frozen=True, slots=True)
class ListedCard:
    """One card to export: `place` says where it stands, `name` is its key without the ending, or empty."""

    place: str
    name: str
    request: CardRequest


def read_entries(text: str, file: str) -> list[tuple[str, object]]:
    """Return the entries, each with its place (`cards.jsonl:3`). Raises CommandError for what is no JSON."""
    if text.lstrip().startswith("["):
        try:
            return [(f"{file}: card {n}", entry) for n, entry in enumerate(json.loads(text), 1)]
        except json.JSONDecodeError as error:
            raise CommandError(f"{file}:{error.lineno}: not JSON: {error.msg}.") from None
    entries: list[tuple[str, object]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            entries.append((f"{file}:{number}", json.loads(line)))
        except json.JSONDecodeError as error:
            raise CommandError(f"{file}:{number}: not JSON: {error.msg}.") from None
    return entries


def check_entries(
    entries: list[tuple[str, object]], manifest: Manifest
) -> tuple[list[ListedCard], list[str]]:
    """Check every entry; return the cards and what is wrong with the others, each with its place."""
    cards: list[ListedCard] = []
    wrong: list[str] = []
    taken: dict[str, str] = {}
    for place, entry in entries:
        try:
            card = _card(place, entry, manifest)
        except Problem as problem:
            wrong.append(f"{place}: {problem.detail or problem.title}")
            continue
        key = f"{card.name}.{card.request.format}"
        if card.name and key in taken:
            wrong.append(f"{place}: {key} is the name of the card at {taken[key]} already.")
            continue
        taken[key] = place
        cards.append(card)
    return cards, wrong


def _card(place: str, entry: object, manifest: Manifest) -> ListedCard:
    from ...storage.port import KEY_RULE, is_key  # late: other commands start without the storages

    if not isinstance(entry, dict):
        raise BadParameter('A card is a JSON object such as {"template": "article", "params": {}}.', param="")
    members = dict(entry)
    name, extension = members.pop("name", ""), members.pop("format", None)
    if not isinstance(name, str) or (name and not is_key(name)):
        raise BadParameter(f"'name' is {str(name)[:60]!r}; {KEY_RULE}.", param="name")
    name = unicodedata.normalize("NFC", name)
    if extension is not None and (extension not in EXTENSIONS or EXTENSIONS[extension] == "auto"):
        formats = ", ".join(name for name in EXTENSIONS if name != "auto")
        raise BadParameter(f"'format' is one of {formats}.", param="format")
    template = manifest.templates.get(str(members.get("template")))
    default = template.default_format if template else "png"
    request = build_request(
        members,
        manifest,
        extension=EXTENSIONS[extension] if extension else default,
        also=("name", "format"),
        rules=ParamRules(strict=True),  # its author reads the answer
    )
    return ListedCard(place, name, request)
