"""Addresses of the example."""

from __future__ import annotations

from blog.views import AboutView, PostView
from django.conf import settings
from django.conf.urls.static import static
from django.urls import path

urlpatterns = [
    path("posts/<slug:slug>/", PostView.as_view(), name="post"),
    path("about/", AboutView.as_view(), name="about"),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
