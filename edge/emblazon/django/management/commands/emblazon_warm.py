"""Have cards drawn before the first crawler asks: by model, or by the addresses of pages.

python manage.py emblazon_warm blog.Post
python manage.py emblazon_warm --url https://example.com/posts/hello/
"""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from ...cards import SocialCard

_OG_IMAGE = re.compile(
    rb"""<meta[^>]+property=["']og:image["'][^>]*content=["']([^"']+)["']""", re.IGNORECASE
)
SECONDS = 30.0
MAX_PAGE = 2_000_000


class Command(BaseCommand):
    """Ask the edge for every card once."""

    help = "Have cards drawn before the first crawler asks: emblazon_warm blog.Post, or --url PAGE"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the models, pages and how many at once."""
        parser.add_argument("models", nargs="*", metavar="app.Model", help="models with a social_card")
        parser.add_argument("--url", action="append", default=[], metavar="PAGE", help="a page of the site")
        parser.add_argument("--jobs", type=int, default=4, help="cards asked for at once (default: 4)")

    def handle(self, *_: Any, **options: Any) -> None:
        """Warm them all; ends with an error where one could not be had."""
        if not options["models"] and not options["url"]:
            raise CommandError("Name a model (emblazon_warm blog.Post) or a page (--url https://…).")
        urls = [*_cards_of(options["models"]), *_cards_in(options["url"])]
        failed = 0
        with ThreadPoolExecutor(max(1, options["jobs"])) as pool:
            for url, fault in zip(urls, pool.map(_ask, urls), strict=True):
                failed += bool(fault)
                self.stdout.write(f"{fault or 'ok'}  {url}")
        if failed:
            raise CommandError(f"{failed} of {len(urls)} cards could not be had.")
        self.stdout.write(
            self.style.SUCCESS("1 card is warm." if len(urls) == 1 else f"{len(urls)} cards are warm.")
        )


def _cards_of(labels: list[str]) -> Iterator[str]:
    for label in labels:
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError) as error:
            raise CommandError(str(error)) from None
        if not issubclass(model, SocialCard) and not hasattr(model, "social_card"):
            raise CommandError(f"{label} has no social_card; let it be a SocialCard.")
        for instance in model._default_manager.iterator(chunk_size=500):
            yield instance.social_card.url()


def _cards_in(pages: list[str]) -> Iterator[str]:
    for page in pages:
        if not page.startswith(("https://", "http://")):
            raise CommandError(f"{page} is no address of a page.")
        try:
            with urlopen(Request(page), timeout=SECONDS) as answer:  # noqa: S310 - the scheme is checked above
                found = _OG_IMAGE.search(answer.read(MAX_PAGE))
        except (OSError, ValueError) as error:
            raise CommandError(f"{page}: {error}") from None
        if found is None:
            raise CommandError(f"{page} has no og:image.")
        yield unescape(found[1].decode("utf-8", "replace"))


def _ask(url: str) -> str:
    """Ask for one card; return what is wrong with the answer, empty where nothing is."""
    try:
        with urlopen(Request(url), timeout=SECONDS) as answer:  # noqa: S310 - made by Card, or checked
            answer.read()
            reason = answer.headers.get("X-Emblazon-Fallback")
            return f"fallback: {reason}" if reason else ""
    except HTTPError as error:
        return f"status {error.code}"
    except (URLError, OSError, ValueError) as error:
        return str(error)
