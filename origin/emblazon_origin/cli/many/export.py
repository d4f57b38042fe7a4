"""`emblazon export`: many cards into a folder or a bucket, for sites that are built ahead of time."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from emblazon.contract.schema import EXTENSION_OF

from ...errors import EmblazonError
from ..exit_codes import FAILED, WRONG_INPUT, CommandError
from .card_list import ListedCard, check_entries, read_entries

if TYPE_CHECKING:
    from ...server.config import OriginConfig
    from ...server.origin_server import OriginServer
    from ...storage import Storage

EPILOG = """FILE holds one card per line, or is one JSON array of them; a card is what POST /api/cards takes:
  {"name": "blog/hello", "template": "article", "params": {"title": "Hello"}, "format": "jpg"}
`name` is where it goes, without the ending; without a name a hash of the picture is used.
Prints one JSON object per card: name, key, url, width, height, bytes, type."""


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
    parser.add_argument("--base-url", default="", metavar="URL", help="where FOLDER will be served")
    parser.add_argument("--json", action="store_true", help="print nothing but those objects")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Export every card that can be; the others are named on stderr."""
    import uvloop

    from ...home import find_home
    from ...observability.logs import set_up_logging
    from ...server.config import OriginConfig

    if options.base_url and options.output is None:
        raise CommandError("--base-url belongs to -o; a storage has EMBLAZON_STORAGE_URL.")
    text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8-sig")
    entries = read_entries(text, "stdin" if options.file == "-" else options.file)
    settings = {
        "EMBLAZON_DEV": "1",
        "EMBLAZON_LOG_FORMAT": "text",
        "EMBLAZON_LOG_LEVEL": "error",
        **os.environ,
    }
    config = OriginConfig.from_env(settings)
    if options.output is None and config.storage == "none":
        raise CommandError("There is nowhere to export to: name a folder with -o, or set EMBLAZON_STORAGE.")
    set_up_logging(config.log_format, config.log_level)
    find_home()
    return uvloop.run(_export(options, config, entries))


async def _export(
    options: argparse.Namespace, config: OriginConfig, entries: list[tuple[str, object]]
) -> int:
    from ...server.app import default_renderer
    from ...server.origin_server import OriginServer
    from ...storage import FolderStorage

    async with OriginServer(config, default_renderer(config)) as origin:
        if origin.not_ready:
            raise CommandError(f"The renderer did not start: {origin.not_ready}", FAILED)
        cards, wrong = check_entries(entries, origin.manifest)
        storage: Storage = origin.storage
        if options.output is not None:
            storage = FolderStorage(options.output, options.base_url)
        exporter = _Exporter(origin, storage, config.worker_count)
        failed = await exporter.export(cards)
    for complaint in wrong:
        print(complaint, file=sys.stderr)
    return WRONG_INPUT if wrong else FAILED if failed else 0


class _Exporter:
    """Draws and uploads, as many cards at once as there are render processes."""

    def __init__(self, origin: OriginServer, storage: Storage, width: int) -> None:
        self._origin = origin
        self._storage = storage
        self._slots = asyncio.Semaphore(width)

    async def export(self, cards: list[ListedCard]) -> int:
        """Export all; print a line for each, in their order. Returns how many failed."""
        failed = 0
        tasks = [asyncio.create_task(self._one(card)) for card in cards]
        try:
            for card, task in zip(cards, tasks, strict=True):
                try:
                    print(json.dumps(await task, ensure_ascii=False), flush=True)
                except EmblazonError as error:
                    failed += 1
                    print(f"{card.place}: {error}", file=sys.stderr, flush=True)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return failed

    async def _one(self, card: ListedCard) -> dict[str, object]:
        async with self._slots:
            result = await self._origin.service.final(card.request)
        digest = hashlib.sha256(result.data).hexdigest()[:32]
        key = f"{card.name or f'{card.request.template.name}/{digest}'}.{EXTENSION_OF[result.content_type]}"
        await self._storage.upload(key, result.data, result.content_type)
        told = [finding.to_dict() for finding in card.request.findings]
        return {
            "name": card.name,
            "key": key,
            "url": self._storage.get_url(key),
            "width": result.width,
            "height": result.height,
            "bytes": len(result.data),
            "type": result.content_type,
            **({"findings": told} if told else {}),
        }
