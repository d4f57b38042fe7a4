"""Cards with the project's settings, and a mixin for what has one: models and views.

class Post(SocialCard, models.Model):
    card_template = "article"
    card_fields = {"title": "title", "author": "author.get_full_name", "image": "cover", "date": "published"}

<head>{{ post.social_card }}</head>
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import get_language

from ..sdk.card import Card
from .conf import card_arguments


def card(template: str, /, **arguments: Any) -> Card:
    """Return a card under `settings.EMBLAZON`, in the language of the request; raises InvalidCard."""
    return Card(template, **{"lang": get_language() or "", **card_arguments(), **arguments})


class SocialCard:
    """A model or a view that has a card: `{{ object.social_card }}`, or `{{ view.social_card }}`.

    `card_template` names the template, `card_fields` its parameters by attribute, dots and methods included;
    `card_params` may be overridden for anything else. A view takes them from its `object`, if it has one.
    """

    card_template: ClassVar[str] = "article"
    card_fields: ClassVar[Mapping[str, str]] = {"title": "title"}

    def card_params(self) -> dict[str, Any]:
        """Return the parameters of the card."""
        source = getattr(self, "object", None) or self
        return {name: _value(source, path) for name, path in self.card_fields.items()}

    @property
    def social_card(self) -> Card:
        """The card; raises InvalidCard."""
        return card(self.card_template, params=self.card_params())


def _value(source: Any, path: str) -> Any:
    """Follow dots; a relation that is empty, on the way too, is "not given"."""
    value = source
    for name in path.split("."):
        try:
            value = getattr(value, name)
        except ObjectDoesNotExist:
            return None
        if value is None:
            return None
        if callable(value):
            value = value()
    return value
