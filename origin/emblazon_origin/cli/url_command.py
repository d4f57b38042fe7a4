"""`emblazon url` and `emblazon meta`: a card's address, and the elements for a page's head."""

from __future__ import annotations

import argparse
import json
import os
from typing import TYPE_CHECKING

from emblazon.sdk.card import Card
from emblazon.sdk.telling import InvalidCard

from ..home import find_home
from .exit_codes import CommandError
from .project.secrets_file import signing_keys
from .purge import local_url

if TYPE_CHECKING:
    from .outputs import MetaOutput, UrlOutput


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    for name, text, run in (
        ("url", "a card's address, signed where there is a key", run_url),
        ("meta", "the <meta> elements of a card", run_meta),
    ):
        parser = commands.add_parser(name, help=text)
        parser.add_argument("template", help="a template's name")
        parser.add_argument(
            "-p", "--param", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the card"
        )
        parser.add_argument("--format", default="auto-safe", help="auto-safe, png, jpg, webp, avif or auto")
        parser.add_argument("--base-url", metavar="URL", help="the edge ($EMBLAZON_PUBLIC_URL)")
        parser.add_argument("--json", action="store_true", help="as JSON")
        parser.set_defaults(run=run)


def run_url(options: argparse.Namespace) -> int:
    """Print the address."""
    card = _card(options)
    told: UrlOutput = {"url": card.url()}
    print(json.dumps(told) if options.json else told["url"])
    return 0


def run_meta(options: argparse.Namespace) -> int:
    """Print the elements."""
    card = _card(options)
    told: MetaOutput = {"url": card.url(), "html": card.meta_tags(), "tags": card.dict}
    print(json.dumps(told) if options.json else told["html"])
    return 0


def _card(options: argparse.Namespace) -> Card:
    from ..project import read_project
    from ..template.library import TemplateLibrary

    home = find_home()
    brand = read_project(home).brand
    library = TemplateLibrary(home.templates, lambda families: "", brand, only=options.template)
    base_url = options.base_url or os.environ.get("EMBLAZON_PUBLIC_URL") or local_url()
    params = dict(_pair(text) for text in options.param)
    try:
        return Card(
            options.template,
            params=params,
            base_url=base_url,
            manifest=library.manifest(""),
            strict=True,
            key=signing_keys(os.environ, home.state),
            **{"format": options.format},
        )
    except InvalidCard as error:
        raise CommandError(str(error)) from None


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise CommandError(f"-p {text!r} has no '='; write NAME=VALUE.")
    return name, value
