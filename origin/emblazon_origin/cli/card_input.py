"""What `render`, `explain` and friends take: a template's name with data, or a bare HTML file."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from emblazon.contract.schema import CARD_FORMATS

from ..home import find_home
from .exit_codes import CommandError
from .late_modules import load_late
from .numbers import decimal, language_tag, pixels

if TYPE_CHECKING:
    from emblazon.contract.request import CardRequest

    from ..assets.fetch import GuardedFetcher
    from ..assets.images_decode import ImageLimits
    from ..assets.resources import Fetched
    from ..render import Engine, RenderRequest
    from ..server.config import OriginConfig
    from ..template.library import TemplateLibrary

HTML_SUFFIXES = (".html", ".htm", ".xhtml")


def add_card_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the card and its data, size and language to a command."""
    parser.add_argument("card", help="a template's name or folder, or an HTML file with its own <style>")
    parser.add_argument(
        "--data", type=Path, metavar="FILE", help="JSON object with the template's parameters"
    )
    parser.add_argument(
        "-p",
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one parameter; wins over --data",
    )
    parser.add_argument(
        "--preview",
        nargs="?",
        const="preview",
        metavar="CASE",
        help="start from the template's preview data, or from one of its other cases",
    )
    parser.add_argument(
        "--width", type=pixels, default=0, metavar="PX", help="CSS pixels (the template's, else 1200)"
    )
    parser.add_argument(
        "--height", type=pixels, default=0, metavar="PX", help="CSS pixels (the template's, else 630)"
    )
    parser.add_argument(
        "--dpr", type=decimal(0.1, 10), default=1.0, metavar="N", help="device pixels per CSS pixel"
    )
    parser.add_argument(
        "--lang", type=language_tag, default="", metavar="TAG", help="language of the card, such as ar or ja"
    )
    parser.add_argument("--variant", default="", help="A/B variant of the template")
    parser.add_argument("--transparent", action="store_true", help="no white under the page")
    parser.add_argument("--dark", action="store_true", help="match prefers-color-scheme: dark")


def _data(options: argparse.Namespace) -> dict[str, object]:
    values: dict[str, object] = {}
    if options.data is not None:
        try:
            loaded = json.loads(options.data.read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise CommandError(f"{options.data} is not JSON: {error}") from None
        if not isinstance(loaded, dict):
            raise CommandError(f"{options.data} holds a {type(loaded).__name__}; write a JSON object.")
        values.update(loaded)
    for text in options.param:
        name, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f"-p {text} has no value; write -p NAME=VALUE.")
        values[name] = value
    return values


class LateFetcher:
    """A guarded fetcher under EMBLAZON_FETCH_*, made for the first remote file: HTTP is a lot to load."""

    def __init__(self) -> None:
        self._made: GuardedFetcher | None = None

    def fetch(self, url: str) -> Fetched:
        """Fetch an http or https URL; raises `AssetError`."""
        if self._made is None:
            from ..assets.fetch import GuardedFetcher

            self._made = GuardedFetcher.of(_server_settings().fetch_settings)
        return self._made.fetch(url)


def image_limits() -> ImageLimits:
    """Return the server's limits of decoding."""
    from ..assets.images_decode import ImageLimits

    names = ("EMBLAZON_IMAGE_PIXELS", "EMBLAZON_JPEG_PIXELS", "EMBLAZON_IMAGE_BYTES")
    if not any(os.environ.get(name) for name in names):
        return ImageLimits()
    return ImageLimits(**_server_settings().image_settings)


def _server_settings() -> OriginConfig:
    from ..server.config import tool_settings  # late: most cards need none of them

    return tool_settings(os.environ)


def _is_html(card: str) -> bool:
    return card.lower().endswith(HTML_SUFFIXES)


def read_card(options: argparse.Namespace, format_: str = "png") -> tuple[Engine, RenderRequest]:
    """Return the engine and the request for the card on the command line.

    Raises `CommandError`, `CardError`, `TemplateError` or OSError.
    """
    if format_ not in CARD_FORMATS:
        raise CommandError(f"Format {format_!r} is unknown; choose one of {', '.join(CARD_FORMATS)}.")
    for name in ("numpy", "lxml.etree", "resvg_py"):  # for gradients and filters, and for SVG
        load_late(name)
    from ..render import Engine  # late: `--help` and `sign` need none of the renderer

    home = find_home()
    folder = Path(options.card)
    templates: Path | tuple[Path, ...] = home.templates
    if (folder / "card.toml").is_file():
        options.card, templates = folder.resolve().name, folder.resolve().parent
    engine = Engine.from_home(home, fetcher=LateFetcher(), outside=True, image_limits=image_limits())
    common = {
        "dpr": options.dpr,
        "format": format_,
        "quality": getattr(options, "quality", None),
        "max_bytes": getattr(options, "max_bytes", None),
        "color_scheme": "dark" if options.dark else "light",
        "transparent": options.transparent,
    }
    if _is_html(options.card):
        return engine, _bare_html(options, common)
    return engine, _template(options, templates, engine, common)


def _bare_html(options: argparse.Namespace, common: dict[str, object]) -> RenderRequest:
    if options.data is not None or options.param or options.preview:
        raise CommandError(
            f"{options.card} is a bare HTML file and takes no parameters; they are for templates."
        )
    from ..render import RenderRequest

    path = Path(options.card)
    if not path.is_file():
        raise CommandError(f"{path} does not exist.")
    return RenderRequest(
        html=path.read_text(encoding="utf-8", errors="replace"),
        base=str(path.resolve().parent),
        file=str(path),
        width=options.width or 1200,
        height=options.height or 630,
        lang=options.lang,
        **common,  # type: ignore[arg-type]  # built above with the right types
    )


def _preview(options: argparse.Namespace, library: TemplateLibrary) -> CardRequest | None:
    if options.preview is None:
        return None
    cases = library.get(options.card).preview.cases
    if options.preview not in cases:
        known = ", ".join(cases) or "none"
        raise CommandError(f"Template {options.card!r} has no case {options.preview!r}; it has: {known}.")
    return cases[options.preview]


def _template(
    options: argparse.Namespace, templates: Path | Sequence[Path], engine: Engine, common: dict[str, object]
) -> RenderRequest:
    from ..bound_request import bound_request
    from ..project import read_project
    from ..report import Diagnostic
    from ..template.library import TemplateLibrary

    brand = read_project(find_home()).brand
    library = TemplateLibrary(templates, engine.fonts.digest, brand, only=options.card)
    case = _preview(options, library)
    params, findings = library.fit(options.card, {**(case.params if case else {}), **_data(options)})
    return bound_request(
        library,
        options.card,
        params,
        lang=options.lang or (case.lang if case else ""),
        variant=options.variant or (case.variant if case else ""),
        width=options.width or (case.width if case else 0),
        height=options.height or (case.height if case else 0),
        notes=tuple(Diagnostic("warning", f.code, f.detail, where=f.param) for f in findings),
        **common,
    )
