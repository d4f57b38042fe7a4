"""The tutorials, followed to the letter with the installed wheel, in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from installed_wheel import quiet, without_emblazon
from PIL import Image
from ports import free_port
from waiting import wait_until

pytestmark = pytest.mark.e2e
DOCS = Path(__file__).parents[2] / "docs"
LOGO = (
    "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><rect width='9' height='9' fill='#f0f'/></svg>"
)
PAGE = "<!doctype html><html><head><title>{}</title></head><body><h1>{}</h1></body></html>"
# pip has installed the wheel already; a server does not end.
SKIPPED = re.compile(r"^(pip install|emblazon serve|.*&& emblazon serve).*$", re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """Return a tutorial's blocks of one language, without the indent of their steps."""
    text = re.sub(r"^   ", "", (DOCS / page).read_text("utf-8"), flags=re.MULTILINE)
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def follow(page: str, installed: Path, folder: Path) -> str:
    """Run a tutorial's commands in a folder as one session; returns what they print."""
    commands = SKIPPED.sub("", "".join(blocks(page, "sh")))
    path = f"{installed.parent}:{os.environ['PATH']}"
    return quiet("bash", "-euo", "pipefail", "-c", commands, cwd=folder, PATH=path)


def has_logo(picture: Path) -> bool:
    with Image.open(picture) as card:
        return (255, 0, 255) in {color for _, color in card.convert("RGB").getcolors(1 << 20) or []}


def test_designer_gets_an_own_template_with_an_own_logo(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(LOGO)
    printed = follow("tutorials/designer.md", installed, tmp_path)
    site = tmp_path / "site"
    assert has_logo(site / "overlay.png")
    assert (site / "templates" / "article" / "card.html").is_file()
    assert "0 errors" in printed
    assert "/og/notice.auto-safe?" in printed.splitlines()[-1]


def test_owner_of_a_static_site_gets_a_card_for_each_page(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "logo.svg").write_text(LOGO)
    for name in ("index", "tides"):
        (tmp_path / "public").mkdir(exist_ok=True)
        (tmp_path / "public" / f"{name}.html").write_text(PAGE.format(name.title(), name.title()))
    follow("tutorials/static-site.md", installed, tmp_path)
    html = (tmp_path / "public" / "tides.html").read_text()
    (url,) = re.findall(
        r'<meta property="og:image" content="https://meridian.example(/og/hello-[^"]+)">', html
    )
    assert has_logo(tmp_path / "public" / url.lstrip("/"))


def test_platform_engineer_sees_what_holds(installed: Path, tmp_path: Path) -> None:
    printed = follow("tutorials/platform.md", installed, tmp_path)
    assert re.search(
        r"^EMBLAZON_PUBLIC_URL +https://og.example.com +\(emblazon.toml\)$", printed, re.MULTILINE
    )
    assert re.search(r"^EMBLAZON_SIGNING_KEYS .*\(\.env\)$", printed, re.MULTILINE)
    assert re.search(r"^EMBLAZON_LEASE +30 +\(default\)$", printed, re.MULTILINE)
    assert "FAULT" not in printed


def test_page_for_the_undecided_draws_a_card(installed: Path, tmp_path: Path) -> None:
    follow("index.md", installed, tmp_path)
    with Image.open(tmp_path / "site" / "card.png") as picture:
        assert picture.size == (1200, 630)


def test_django_developer_gets_tags_whose_picture_is_there(installed: Path, tmp_path: Path) -> None:
    edge, site = free_port(), free_port()
    python = installed.with_name("python")
    quiet(
        Path(sys.executable).with_name("uv"),
        "pip",
        "install",
        "-q",
        "--python",
        python,
        "django>=5.2",
        cwd=tmp_path,
    )
    quiet(python, "-m", "django", "startproject", "mysite", ".", cwd=tmp_path)
    settings, _ = blocks("tutorials/django.md", "python")
    (template,) = blocks("tutorials/django.md", "html")
    file = tmp_path / "mysite" / "settings.py"
    own = settings.replace(":8080", f":{edge}").replace(":8000", f":{site}")
    file.write_text(file.read_text().replace("'DIRS': []", "'DIRS': [BASE_DIR]") + own)
    (tmp_path / "page.html").write_text(f"<!doctype html><html>{template}<body></body></html>")
    (tmp_path / "mysite" / "urls.py").write_text(
        "from django.urls import path\nfrom django.views.generic import TemplateView\n"
        'urlpatterns = [path("", TemplateView.as_view(template_name="page.html"))]\n'
    )
    quiet(python, "manage.py", "check", cwd=tmp_path)
    environment = {**without_emblazon(), "EMBLAZON_FETCH_LOCAL": "1", "EMBLAZON_WORKERS": "1"}
    serve = [str(installed), "serve", "--dev", "--port", str(edge)]
    run = [str(python), "manage.py", "runserver", "--noreload", f"127.0.0.1:{site}"]
    assert "EMBLAZON_FETCH_LOCAL=1 emblazon serve --dev" in blocks("tutorials/django.md", "sh")[0]
    servers = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=log)
        for command, log in ((serve, subprocess.DEVNULL), (run, subprocess.DEVNULL))
    ]
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{edge}/healthz"), seconds=120)
        wait_until(lambda: answers(f"http://127.0.0.1:{site}/"), seconds=120)
        html = httpx.get(f"http://127.0.0.1:{site}/", trust_env=False, timeout=60).text
        found = re.search(r'property="og:image" content="([^"]+)"', html)
        assert found, html
        card = httpx.get(found[1].replace("&amp;", "&"), trust_env=False, timeout=60)
        assert (card.status_code, card.headers["content-type"]) == (200, "image/png")
        assert "x-emblazon-fallback" not in card.headers
    finally:
        for server in servers:
            server.terminate()
            server.wait(60)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
