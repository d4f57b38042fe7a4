"""The app: its name, and system checks that read the settings before a page does."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from ..contract.problem import unknown_word
from ..sdk.card import Card, probe
from ..sdk.telling import InvalidCard
from .conf import KEYS, card_arguments, setting


class EmblazonConfig(AppConfig):
    """`emblazon.django` in INSTALLED_APPS."""

    name = "emblazon.django"
    label = "emblazon"
    verbose_name = "Emblazon"

    def ready(self) -> None:
        """Register the checks."""
        register(check_settings, Tags.urls)


def check_settings(app_configs: object, **_: Any) -> list[CheckMessage]:
    """Check `settings.EMBLAZON`; each message says what would be right."""
    given = setting()
    if not isinstance(given, dict):
        hint = 'Write EMBLAZON = {"PUBLIC_URL": "https://og.example.com"}.'
        return [Error("EMBLAZON is not a dict.", hint=hint, id="emblazon.E001")]
    messages: list[CheckMessage] = [
        Error(f"EMBLAZON: {unknown_word('Key', str(name), list(KEYS))[0]}", id="emblazon.E002")
        for name in given
        if name not in KEYS
    ]
    if messages:
        return messages
    try:
        card = probe(**card_arguments())
    except InvalidCard as error:
        return [Error(f"EMBLAZON: {error}", hint="See docs/sdk.md of Emblazon.", id="emblazon.E003")]
    except Exception as error:  # a wrong type is the settings' fault as well
        return [Error(f"EMBLAZON: {error}", id="emblazon.E003")]
    return _advice(card)


def _advice(card: Card) -> list[CheckMessage]:
    from django.conf import settings

    messages: list[CheckMessage] = []
    if not settings.DEBUG and card.url() == card.unsigned_url():
        messages.append(
            Warning(
                "EMBLAZON has no SIGNING_KEYS: an edge in production draws signed URLs alone.",
                hint='Set EMBLAZON["SIGNING_KEYS"] or EMBLAZON_SIGNING_KEYS to kid:secret.',
                id="emblazon.W001",
            )
        )
    if not card_arguments().get("site_url"):
        messages.append(
            Warning(
                "EMBLAZON has no SITE_URL: the address of an ImageField cannot be joined with it.",
                hint='Set EMBLAZON["SITE_URL"] to the address of your pages.',
                id="emblazon.W002",
            )
        )
    return messages
