"""Emblazon at home in Django.

    INSTALLED_APPS = [..., "emblazon.django"]
    EMBLAZON = {"PUBLIC_URL": "https://og.example.com", "SITE_URL": "https://example.com"}

apps          the app, and the checks of its settings
conf          `settings.EMBLAZON` as arguments of a card
cards         `card(…)`, and `SocialCard` for models and views
templatetags  `{% load emblazon %}{% og_card "article" title=post.title %}`
management    `python manage.py emblazon_warm`
"""

from .cards import SocialCard, card

__all__ = ["SocialCard", "card"]
