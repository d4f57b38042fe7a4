"""`emblazon purge`: make an edge forget cards."""

from __future__ import annotations

import argparse
import json
import os

import httpx

from .exit_codes import FAILED, CommandError

TOKEN = "EMBLAZON_PURGE_TOKEN"  # noqa: S105  # the variable's name
URL = "EMBLAZON_PUBLIC_URL"
DEFAULT_URL = "http://127.0.0.1:8080"
LOCAL_TOKEN = "local-purge-token"  # noqa: S105  # what `make run` and `make dev` accept on 127.0.0.1


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
        default=os.environ.get(URL) or DEFAULT_URL,
        metavar="URL",
        help=f"the edge (${URL}, else {DEFAULT_URL})",
    )
    parser.set_defaults(run=run)


def _token(edge: str) -> str:
    token = os.environ.get(TOKEN, "")
    if not token and httpx.URL(edge).host in ("127.0.0.1", "localhost", "::1"):
        token = LOCAL_TOKEN
    if not token:
        raise CommandError(f"There is no purge token: set {TOKEN} to the one that {edge} has.")
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
    try:
        answer = httpx.post(
            f"{options.edge.rstrip('/')}/purge",
            json=order,
            headers={"Authorization": f"Bearer {_token(options.edge)}"},
            timeout=30,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CommandError(f"{options.edge} did not answer: {error}.", FAILED) from None
    if answer.status_code != 202:
        raise CommandError(
            f"{options.edge} refused the purge ({answer.status_code}): {_detail(answer)}", FAILED
        )
    print(json.dumps(answer.json(), indent=2))
    return 0


def _detail(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        return str(problem.get("detail") or problem.get("title"))
    except (ValueError, AttributeError):
        return answer.text[:200]
