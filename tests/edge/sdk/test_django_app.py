"""Emblazon's Django app, through Django: its own engine, its own checks, its own models."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from waiting import first_line

# Django is set up once for a process: each case has one of its own, forked from one that has imported it.
FORKS = """
import json, os, sys, traceback, warnings
import django.core.checks, django.core.files.storage, django.db.models, django.template.backends.django
warnings.simplefilter("always")
for line in sys.stdin:
    folder, code = json.loads(line)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        os.dup2(writer, 1), os.dup2(writer, 2)
        try:
            exec(code, {"__name__": "__main__"})
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        sys.stdout.flush()
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as said:
        text = said.read()
    print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), text]), flush=True)
"""
PREAMBLE = """
import django
from django.conf import settings
settings.configure(
    SECRET_KEY="x", DEBUG={debug}, INSTALLED_APPS=["emblazon.django"], USE_I18N=True, LANGUAGE_CODE="de-AT",
    TEMPLATES=[{{"BACKEND": "django.template.backends.django.DjangoTemplates"}}], EMBLAZON={emblazon},
)
django.setup()
from django.template import Context, Template, engines
"""
SETTINGS = {"PUBLIC_URL": "https://og.example.com", "SITE_URL": "https://example.com", "SIGNING_KEYS": ""}
Run = Callable[..., str]


@pytest.fixture(scope="module")
def forks() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", FORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process


@pytest.fixture
def run(forks: subprocess.Popen[str], tmp_path: Path) -> Run:
    """Run a case, and return what it wrote."""

    def run(code: str, emblazon: object = SETTINGS, debug: bool = True) -> str:
        assert forks.stdin is not None
        whole = PREAMBLE.format(emblazon=repr(emblazon), debug=debug) + code
        print(json.dumps([str(tmp_path), whole]), file=forks.stdin, flush=True)
        status, said = json.loads(first_line(forks))
        assert status == 0, said
        return str(said)

    return run


def test_card_in_a_template_writes_its_elements(run: Run) -> None:
    """Django calls `str()` before it looks for `__html__`."""
    code = """
from emblazon.django import card
print(Template("{{ card }}").render(Context({"card": card("article", title="<b> & 'co'")})))
"""
    shown = run(code)
    url = "https://og.example.com/og/article.auto-safe?_lang=de-AT"
    assert f'<meta property="og:image" content="{url}' in shown
    assert 'content="&lt;b&gt; &amp; &#x27;co&#x27;"' in shown
    assert "&lt;meta" not in shown
    assert "&amp;amp;" not in shown


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% og_card 'article' title='Hi' %}", '<meta property="og:image" content="https://og.example.com/'),
        (
            "{% og_card 'article' title='Hi' as c %}[{{ c.url }}]",
            "[https://og.example.com/og/article.auto-safe?",
        ),
        ("{% og_image 'article' title='Hi' width=600 %}", "_w=600"),
        ("{% og_card 'article' title=title lang='fr' %}", "_lang=fr"),
    ],
)
def test_tags(template: str, words: str, run: Run) -> None:
    source = "{% load emblazon %}" + template
    shown = run(f'print(Template({source!r}).render(Context({{"title": "Hi"}})))')
    assert words in shown


def test_lazy_translation_and_safe_text_are_text(run: Run) -> None:
    code = (
        "from django.utils.translation import gettext_lazy\nfrom django.utils.safestring import mark_safe\n"
        "from emblazon.django import card\n"
        'print(card("article", title=gettext_lazy("January"), subtitle=mark_safe("a<b")).url())'
    )
    assert "subtitle=a%3Cb&title=Januar" in run(code)


MODEL = """
from django.db import models
from django.core.files.storage import InMemoryStorage
from emblazon.django import SocialCard

class Person(models.Model):
    name = models.CharField(max_length=9)
    def get_name(self): return self.name.title()
    class Meta: app_label = "emblazon"

class Post(SocialCard, models.Model):
    title = models.CharField(max_length=9)
    author = models.ForeignKey(Person, null=True, on_delete=models.CASCADE)
    cover = models.ImageField(blank=True, storage=InMemoryStorage(base_url="/media/"))
    card_fields = {"title": "title", "author": "author.get_name", "image": "cover"}
    class Meta: app_label = "emblazon"
"""


def test_model_has_its_card(run: Run) -> None:
    code = MODEL + (
        'print(Post(title="Hi", author=Person(name="ada"), cover="a b.jpg").social_card.url())\n'
        'print(Post(title="Hi").social_card.url())'
    )
    first, second = run(code).splitlines()[:2]
    assert "author=Ada&image=https%3A%2F%2Fexample.com%2Fmedia%2Fa%2520b.jpg&title=Hi" in first
    assert second.endswith("_lang=de-AT&title=Hi")


CHECKS = [
    ([], True, "E001"),
    ({"PUBLIC_URI": "https://og.example.com"}, True, "Did you mean 'PUBLIC_URL'"),
    ({"PUBLIC_URL": "og.example.com"}, True, "no http(s) URL"),
    ({"PUBLIC_URL": "https://og.example.com", "SIGNING_KEYS": "short"}, True, "kid:secret"),
    ({"PUBLIC_URL": "https://og.example.com", "FORMAT": "gif"}, True, "auto-safe"),
    ({"PUBLIC_URL": "https://og.example.com"}, False, "W001"),
    ({"PUBLIC_URL": "https://og.example.com"}, True, "W002"),
]


@pytest.mark.parametrize(("emblazon", "debug", "said"), CHECKS)
def test_system_check_names_what_is_wrong(emblazon: object, debug: bool, said: str, run: Run) -> None:
    code = "from django.core.checks import run_checks\nprint(*run_checks())"
    assert said in run(code, emblazon, debug)


def test_right_settings_pass_the_checks(run: Run) -> None:
    code = "from django.core.checks import run_checks\nprint(run_checks())"
    right = SETTINGS | {"SIGNING_KEYS": "k1:0123456789abcdef"}
    assert run(code, right, debug=False).strip() == "[]"
