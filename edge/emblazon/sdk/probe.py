"""A card of no template, to find out at the start whether a site's settings are right."""

from __future__ import annotations

from typing import Any

from ..contract.schema import Manifest, TemplateSpec
from .card import Card
from .known_templates import manifest_file

_NAME = "check"


def probe(**arguments: Any) -> Card:
    """Return a card with the arguments that all cards of a site have; raises InvalidCard for a wrong one."""
    given = dict(arguments)
    manifest = given.pop("manifest", None)
    if isinstance(manifest, str):
        manifest_file(manifest)
    return Card(_NAME, **given, manifest=Manifest("", {_NAME: TemplateSpec(_NAME, "", {})}))
