"""The arguments of a card that are not its template's, for signatures that pass them on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from ..contract.schema import Manifest
from ..contract.signing import Keyring


class CardOptions(TypedDict, total=False):
    """As `Card` takes them; `variant` and `params` are left out, since each template has its own."""

    base_url: str | None
    key: str | Keyring | None
    manifest: Manifest | Mapping[str, object] | str | Path | None
    site_url: str | None
    strict: bool | None
    format: str
    width: int | None
    height: int | None
    dpr: float | None
    quality: int | None
    max_bytes: int | None
    page: str
    lang: str
    version: str
    alt: str
