"""Secrets of a project: its `.env`, and the signing key that `emblazon serve` makes where there is none."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from ...errors import EmblazonError

ENV_FILE = ".env"
KEYS = "EMBLAZON_SIGNING_KEYS"
TOKEN = "EMBLAZON_PURGE_TOKEN"  # noqa: S105 - a name
MADE_HERE = "signing-key"  # in the state folder


def new_signing_keys() -> str:
    """Return a keyring of one new key."""
    return f"k1:{secrets.token_urlsafe(32)}"


def write_private(path: Path, text: str) -> None:
    """Write a file that its owner alone can read; raises OSError, FileExistsError where it is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def own_signing_keys(state: Path) -> tuple[str, bool]:
    """Return the key that this machine keeps for the project, and whether it was made just now.

    Raises `EmblazonError` where it cannot be kept: cards signed with it would be refused after a restart.
    """
    path = state / MADE_HERE
    try:
        return path.read_text("ascii").strip(), False
    except FileNotFoundError:
        keys = new_signing_keys()
    try:
        write_private(path, keys + "\n")
    except OSError as error:
        raise EmblazonError(
            f"There is no signing key, and {path} cannot be written ({error.strerror}): "
            f"set {KEYS}=kid:secret, or EMBLAZON_DEV=1 for development."
        ) from None
    return keys, True


FROM_FILES: dict[str, str] = {}  # variables that no environment set, and the file of the project that did
SET_ASIDE: dict[str, str] = {}  # of these, what development does not serve with


def switch_to_development() -> None:
    """Set EMBLAZON_DEV, and leave out keys of the project's files: development signs nothing.

    A purge token of theirs stays: `emblazon purge` in the project reads it too.
    """
    os.environ["EMBLAZON_DEV"] = "1"
    if KEYS in FROM_FILES:
        SET_ASIDE[KEYS] = os.environ.pop(KEYS)
        del FROM_FILES[KEYS]


def signing_keys(environment: Mapping[str, str], state: Path) -> str:
    """Return the keys that URLs are signed with here; empty where they are not signed."""
    if not wants_own_key(environment):
        return environment.get(KEYS, "")
    return kept_signing_keys(state)


def kept_signing_keys(state: Path) -> str:
    """Return the key that this machine keeps for the project; empty where it has made none."""
    path = state / MADE_HERE
    return path.read_text("ascii").strip() if path.is_file() else ""


def wants_own_key(environment: Mapping[str, str]) -> bool:
    """True where nothing says how URLs are to be signed, or that they are not."""
    return not any(environment.get(name, "").strip() for name in (KEYS, "EMBLAZON_SIGNING", "EMBLAZON_DEV"))
