"""A Django project with Emblazon's app, and nothing that the example does not need."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "only-an-example"  # noqa: S105 - a project of your own has one from its environment
DEBUG = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "site_settings.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "emblazon.django", "blog"]
MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware", "django.middleware.common.CommonMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("EXAMPLE_DATABASE", str(BASE_DIR / "db.sqlite3")),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
USE_TZ = True
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "media"

EMBLAZON = {
    "PUBLIC_URL": os.environ.get("EMBLAZON_PUBLIC_URL", "http://127.0.0.1:8080"),
    "SITE_URL": os.environ.get("EXAMPLE_SITE_URL", "http://127.0.0.1:8000"),
}
