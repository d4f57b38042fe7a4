"""`emblazon sign`: a signed card URL."""

from __future__ import annotations

import argparse
import os
import time
from urllib.parse import urlsplit, urlunsplit

from emblazon.contract.signing import Keyring

from .exit_codes import CommandError

KEYS = "EMBLAZON_SIGNING_KEYS"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("sign", help="sign a card URL")
    parser.add_argument("url", help="a card's URL, or its path and query; a signature in it is replaced")
    parser.add_argument(
        "--expires-in", type=float, metavar="SECONDS", help="how long the URL is valid (default: for ever)"
    )
    parser.add_argument("--keys", metavar="KID:SECRET", help=f"signing keys, newest first (default: ${KEYS})")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the signed URL."""
    keys = options.keys or os.environ.get(KEYS, "")
    if not keys:
        raise CommandError(f"There is no signing key: set {KEYS}=kid:secret or pass --keys.")
    parts = urlsplit(options.url)
    if not parts.path.startswith(("/og/", "/api/og/", "/c/")):
        raise CommandError(f"{options.url} is not a card's URL; its path begins with /og/, /api/og/ or /c/.")
    if options.expires_in is not None and options.expires_in <= 0:
        raise CommandError(f"--expires-in {options.expires_in:g} lies in the past; give seconds from now.")
    expires_at = None if options.expires_in is None else int(time.time() + options.expires_in)
    query = Keyring.parse(keys).sign(parts.path, parts.query, expires_at=expires_at)
    print(urlunsplit(parts._replace(query=query, fragment="")))
    return 0
