"""`emblazon sign`: a signed card URL."""

from __future__ import annotations

import argparse
import json
import os
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from emblazon.contract.route import match_route
from emblazon.contract.signing import Keyring

from ..home import project_folder, state_folder
from .exit_codes import CommandError
from .numbers import decimal
from .project.secrets_file import signing_keys

if TYPE_CHECKING:
    from .outputs import SignOutput

KEYS = "EMBLAZON_SIGNING_KEYS"
LONGEST = 100 * 365 * 86_400  # seconds that a URL may be valid; without --expires-in it is for ever


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("sign", help="sign a card URL")
    parser.add_argument("url", help="a card's URL, or its path and query; a signature in it is replaced")
    parser.add_argument(
        "--expires-in",
        type=decimal(1, LONGEST),
        metavar="SECONDS",
        help="how long the URL is valid (default: for ever)",
    )
    parser.add_argument("--keys", metavar="KID:SECRET", help=f"signing keys, newest first (default: ${KEYS})")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the signed URL."""
    keys = options.keys or signing_keys(os.environ, state_folder(project_folder()))
    if not keys:
        raise CommandError(f"There is no signing key: set {KEYS}=kid:secret or pass --keys.")
    try:
        parts = urlsplit(options.url)
    except ValueError as error:
        raise CommandError(f"{options.url} is not a URL: {error}.") from None
    if match_route(parts.path) is None:
        raise CommandError(
            f"{options.url} is not a card's URL; its path is /og/{{template}}.{{png|jpg|webp|avif|auto}}, "
            "/api/og/{key} or /c/{id}.{ext}."
        )
    expires_at = None if options.expires_in is None else int(time.time() + options.expires_in)
    query = Keyring.parse(keys).sign(parts.path, parts.query, expires_at=expires_at)
    signed: SignOutput = {
        "url": urlunsplit(parts._replace(query=query, fragment="")),
        "expires_at": expires_at,
    }
    print(json.dumps(signed) if options.json else signed["url"])
    return 0
