"""A post, and the card that it has."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from emblazon.django import SocialCard


class Post(SocialCard, models.Model):
    """What the blog is made of."""

    title = models.CharField(max_length=500)
    slug = models.SlugField(unique=True)
    author = models.CharField(max_length=80, blank=True)
    published = models.DateField()
    cover = models.ImageField(upload_to="covers", blank=True)
    body = models.TextField(blank=True)

    card_template = "article"
    card_fields: ClassVar[dict[str, str]] = {
        "title": "title",
        "author": "author",
        "date": "published",
        "image": "cover",
    }

    def __str__(self) -> str:
        return self.title
