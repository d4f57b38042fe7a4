"""`emblazon purge`: make an edge forget cards."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emblazon.contract.signing import LOCAL_TOKEN

from .exit_codes import FAILED, WRONG_INPUT, CommandError
from .numbers import http_url

if TYPE_CHECKING:
    import httpx

TOKEN = "EMBLAZON_PURGE_TOKEN"  # noqa: S105  # the variable's name
URL = "EMBLAZON_PUBLIC_URL"
PORT = "EMBLAZON_PORT"
DEFAULT_URL = "http://127.0.0.1:8080"
REFUSED_INPUT = (400, 401, 403, 413)


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("purge", help="make the edge forget cards")
    parser.add_argument("urls", nargs="*", metavar="URL", help="cards to forget, as they were published")
    parser.add_argument(
        "--template", action="append", default=[], metavar="NAME", help="every card of a template"
    )
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="every card with a tag")
    parser.add_argument("--all", action="store_true", help="every card")
    parser.add_argument("--soft", action="store_true", help="serve the old card while the new one is drawn")
    parser.add_argument(
        "--edge",
        type=http_url,
        metavar="URL",
        help=f"the edge (${URL}, else the host of the URLs, else {DEFAULT_URL} or ${PORT})",
    )
    parser.add_argument("--json", action="store_true", help="the edge's receipt as JSON")
    parser.set_defaults(run=run)


def local_url() -> str:
    """Return where `emblazon serve` answers on this machine."""
    port = os.environ.get(PORT)
    return f"http://127.0.0.1:{port}" if port else DEFAULT_URL


def _token(edge: str) -> str:
    token = os.environ.get(TOKEN, "")
    if not token and urlsplit(edge).hostname in ("127.0.0.1", "localhost", "::1"):
        token = LOCAL_TOKEN  # what `make run` and `make dev` accept
    if not token:
        raise CommandError(f"There is no purge token: set {TOKEN} to the one that {edge} has.")
    if not (token.isascii() and token.isprintable()):
        raise CommandError(f"{TOKEN} has a character that no HTTP header carries; use letters and digits.")
    return token


def run(options: argparse.Namespace) -> int:
    """Send the purge and print what the edge says it did."""
    order: dict[str, object] = {
        name: value
        for name, value in (("urls", options.urls), ("templates", options.template), ("tags", options.tag))
        if value
    }
    if options.all:
        order["all"] = True
    if not order:
        raise CommandError("Nothing to purge: give URLs, --template, --tag or --all.")
    if options.soft:
        order["soft"] = True
    edge = options.edge or _edge_of(options.urls)
    answer = _send(edge, _token(edge), order)
    if answer.status_code != 202:
        code = WRONG_INPUT if answer.status_code in REFUSED_INPUT else FAILED
        raise CommandError(f"{edge} refused the purge ({answer.status_code}): {_detail(answer)}", code)
    try:
        receipt = dict(answer.json())
    except (ValueError, TypeError):
        raise CommandError(f"{edge} gave no receipt; is it an Emblazon edge?", FAILED) from None
    print(json.dumps(receipt) if options.json else "\n".join(_lines(receipt)))
    _warn_of_unknown(receipt)
    return 0


def _edge_of(urls: list[str]) -> str:
    """Return the edge that these cards are of; the token goes to nobody else. Raises CommandError."""
    try:
        named = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, urls) if parts.netloc}
    except ValueError as error:
        raise CommandError(f"{' '.join(urls)}: not a URL: {error}.") from None
    set_up = os.environ.get(URL, "").rstrip("/")
    if len(named) > 1 or (set_up and named - {set_up}):
        which = f"{URL} is {set_up}" if set_up else "a purge has one host"
        raise CommandError(f"The cards are of {', '.join(sorted(named))}, but {which}: name it with --edge.")
    return set_up or next(iter(named), "") or local_url()


def _send(edge: str, token: str, order: dict[str, object]) -> httpx.Response:
    import httpx  # late: it takes longer to load than `sign` and `--help` take to run

    try:
        return httpx.post(
            f"{edge.rstrip('/')}/purge", json=order, headers={"Authorization": f"Bearer {token}"}, timeout=30
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CommandError(f"{edge} did not answer: {error}.", FAILED) from None


def _lines(receipt: dict[str, object]) -> Iterator[str]:
    """Say what the receipt says."""
    done = receipt.get("purged")
    scope = done if isinstance(done, dict) else {}
    what = "every card" if scope.get("all") else ""
    for word, plural in (("URL", "urls"), ("template", "templates"), ("tag", "tags")):
        names = ", ".join(map(str, scope.get(plural) or ()))
        what += f"{'; ' if what and names else ''}{f'{word} {names}' if names else ''}"
    yield f"{'Outdated' if receipt.get('soft') else 'Forgotten'}: {what or 'nothing'}."
    tiers = receipt.get("tiers")
    if isinstance(tiers, dict):
        yield "Caches: " + ", ".join(f"{name} {state}" for name, state in tiers.items()) + "."
    if seconds := receipt.get("elsewhere_within_seconds"):
        yield f"Other data centres follow within {seconds} s."
    if note := receipt.get("note"):
        yield str(note)


def _warn_of_unknown(receipt: dict[str, object]) -> None:
    unknown = receipt.get("unknown")
    if not isinstance(unknown, dict):
        return
    names = [f"the template {name!r}" for name in unknown.get("templates", [])]
    names += [f"the tag {name!r}" for name in unknown.get("tags", [])]
    print(f"emblazon: No card there has {' or '.join(names)}.", file=sys.stderr)


def _detail(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        return answer.text[:200]
