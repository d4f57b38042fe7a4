"""Tags for a page's head.

{% load emblazon %}
{% og_card "article" title=post.title author=post.author.get_full_name image=post.cover %}
{% og_card "article" title=post.title as card %}<link rel="preload" as="image" href="{{ card.url }}">
<img src="{% og_image "article" title=post.title width=600 %}">
"""

from __future__ import annotations

from typing import Any

from django import template

from ...sdk.card import Card
from ..cards import card

register = template.Library()


@register.simple_tag
def og_card(name: str, /, **arguments: Any) -> Card:
    """Write the meta elements of a card, or name it with `as`."""
    return card(name, **arguments)


@register.simple_tag
def og_image(name: str, /, **arguments: Any) -> str:
    """Write the address of a card's picture."""
    return card(name, **arguments).url()
