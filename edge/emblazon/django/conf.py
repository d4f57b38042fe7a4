"""`settings.EMBLAZON` as arguments of a card; what is not there comes from the environment, as ever."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

# Key of the setting → argument of Card.
KEYS = {
    "PUBLIC_URL": "base_url", "SITE_URL": "site_url", "SIGNING_KEYS": "key", "MANIFEST": "manifest",
    "STRICT": "strict", "FORMAT": "format",
}  # fmt: skip


def setting() -> Any:
    """Return the setting as it is, whatever it is."""
    return getattr(settings, "EMBLAZON", {})


def card_arguments() -> dict[str, Any]:
    """Return what every card of this project has in common."""
    given = setting()
    arguments = {argument: given[key] for key, argument in KEYS.items() if given.get(key) not in (None, "")}
    site_url = arguments.get("site_url") or os.environ.get("EMBLAZON_SITE_URL", "")
    return arguments | ({"site_url": site_url} if site_url else {})
