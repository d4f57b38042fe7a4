"""Pages of the blog."""

from __future__ import annotations

from django.views.generic import DetailView, TemplateView

from .models import Post


class PostView(DetailView):
    """One post; its template writes `{{ post.social_card }}`."""

    model = Post


class AboutView(TemplateView):
    """A page without a model; its template writes a card with `{% og_card %}`."""

    template_name = "blog/about.html"
