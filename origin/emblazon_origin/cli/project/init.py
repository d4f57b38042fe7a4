"""`emblazon init`, `new` and `eject`: a project, a template, and a built-in template to change."""

from __future__ import annotations

import argparse
import json
import re
import secrets
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ...home import SETTINGS_FILE, Home, find_home, project_folder
from ..exit_codes import CommandError
from .secrets_file import KEYS, TOKEN, new_signing_keys, write_private

if TYPE_CHECKING:
    from ..outputs import WrittenOutput

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
SOMEWHERE = "https://og.example.com"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
STARTER = Path(__file__).parent / "starter"
_IGNORED = (".env", ".emblazon/", "/build/worker/", "node_modules/")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    init = commands.add_parser(
        "init", help="begin a project: emblazon.toml, a template, wrangler.toml, a key"
    )
    init.add_argument("folder", nargs="?", type=Path, default=Path(), help="default: this one")
    init.add_argument("--name", help="the site's name")
    init.add_argument("--url", help="where cards will be served, https://og.example.com")
    init.add_argument("--accent", help="the brand's colour, #rrggbb")
    init.add_argument("--logo", help="a picture file with the logo")
    init.add_argument("--yes", action="store_true", help="ask nothing, take the defaults")
    init.add_argument("--json", action="store_true", help="the files that were written, as JSON")
    init.set_defaults(run=run_init)
    new = commands.add_parser("new", help="a new template under templates/")
    new.add_argument("name", help="a-z 0-9 _ -")
    new.add_argument("--json", action="store_true", help="the files that were written, as JSON")
    new.set_defaults(run=run_new)
    eject = commands.add_parser("eject", help="copy a built-in template to templates/, to change it")
    eject.add_argument("name", help="a built-in template")
    eject.add_argument("--json", action="store_true", help="the files that were written, as JSON")
    eject.set_defaults(run=run_eject)


# --- init ------------------------------------------------------------------------------------------------


def run_init(options: argparse.Namespace) -> int:
    """Write the files of a new project; what is there already stays as it is."""
    root: Path = options.folder
    if (root / SETTINGS_FILE).exists():
        raise CommandError(f"{root / SETTINGS_FILE} is there already; edit it, or take another folder.")
    root.mkdir(parents=True, exist_ok=True)
    asked = not options.yes and sys.stdin.isatty()
    name = _answer(options.name, "Name of the site", root.resolve().name.replace("-", " ").title(), asked)
    url = _url(_answer(options.url, "Where cards will be served (not known yet: leave empty)", "", asked))
    accent = _color(_answer(options.accent, "Colour of the brand", "#2f5bea", asked))
    logo = _logo(root, _answer(options.logo, "File with the logo (none: leave empty)", "", asked))
    written = [_write(root / SETTINGS_FILE, _settings(name, url, accent, logo))]
    written += _starter(root / "templates" / "hello", "hello")
    written.append(_write(root / "wrangler.toml", _wrangler(url)))
    written += _secrets(root)
    made = [path for path in written if path is not None]
    return _told(options, made, "Next: emblazon serve, and open the address that it prints.")


def _told(options: argparse.Namespace, written: list[Path], next_step: str) -> int:
    if options.json:
        told: WrittenOutput = {"written": [str(path) for path in written]}
        print(json.dumps(told))
        return 0
    for path in written:
        print(f"wrote {path}")
    print(f"\n{next_step}")
    return 0


def _answer(given: str | None, question: str, default: str, asked: bool) -> str:
    if given is not None or not asked:
        return given if given is not None else default
    return input(f"{question} [{default}]: ").strip() or default


def _url(text: str) -> str:
    if not text:
        return ""
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise CommandError(f"{text!r} is no address for cards; it is like https://og.example.com.")
    return f"{parts.scheme}://{parts.netloc}"


def _color(text: str) -> str:
    if not _COLOR.fullmatch(text):
        raise CommandError(f"{text!r} is no colour; it is like #2f5bea.")
    return text.lower()


def _logo(root: Path, text: str) -> str:
    """Copy the logo into the project, where a deployment finds it."""
    if not text:
        return ""
    source, target = Path(text).expanduser(), root / "brand" / Path(text).name
    if not source.is_file():
        raise CommandError(f"{source} does not exist; --logo is a picture file.")
    if source.resolve() != target.resolve():
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(source, target)
    return target.relative_to(root).as_posix()


def _settings(name: str, url: str, accent: str, logo: str) -> str:
    lines = [
        "# One file for every command, server and render process; the environment goes before [settings].",
        "[settings]",
        f"public_url = {json.dumps(url)}"
        if url
        else f'# public_url = "{SOMEWHERE}"  # where cards will be served',
        "",
        "# What all cards share; templates see it as card.brand.",
        "[brand]",
        f"name = {json.dumps(name, ensure_ascii=False)}",
        f"accent = {json.dumps(accent)}",
    ]
    if logo:
        lines.append(f"logo = {json.dumps(logo)}")
    return "\n".join(lines) + "\n"


def _wrangler(url: str) -> str:
    url = url or SOMEWHERE
    host = urlsplit(url).hostname or ""
    return f"""# The Worker in front of the origin; docs/deploy.md of Emblazon goes through it step by step.
name = {json.dumps(re.sub("[^a-z0-9-]", "-", host.lower()))}
main = "build/worker/worker.py"
compatibility_date = "2026-10-20"
compatibility_flags = ["python_workers"]

# The Worker's code, as the installed version of Emblazon has it.
[build]
command = "emblazon worker"

[[kv_namespaces]]
binding = "EMBLAZON_KV"
id = "put the id here that `wrangler kv namespace create EMBLAZON_KV` prints"

[vars]
EMBLAZON_ORIGIN_URL = "https://origin.example.com"
EMBLAZON_PUBLIC_URL = {json.dumps(url)}
"""


def _secrets(root: Path) -> list[Path | None]:
    """Write keys where no repository takes them along."""
    written: list[Path | None] = []
    path = root / ".env"
    if not path.exists():
        write_private(path, f"{KEYS}={new_signing_keys()}\n{TOKEN}={secrets.token_urlsafe(32)}\n")
        written.append(path)
    ignore = root / ".gitignore"
    lines = ignore.read_text().splitlines() if ignore.exists() else []
    missing = [line for line in _IGNORED if line not in lines]
    if missing:
        ignore.write_text("\n".join([*lines, *missing]) + "\n")
        written.append(ignore)
    return written


def _write(path: Path, text: str) -> Path | None:
    if path.exists():
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# --- new, eject ------------------------------------------------------------------------------------------


def run_new(options: argparse.Namespace) -> int:
    """Write a small template that is drawn as it is."""
    folder = _own_folder(options.name)
    look = f"Look at it: emblazon render {options.name} --preview -o {options.name}.png"
    return _told(options, _starter(folder, options.name), look)


def run_eject(options: argparse.Namespace) -> int:
    """Copy a built-in template; from then on the copy is the one that counts."""
    home = find_home()
    source = home.builtin / "templates" / options.name
    if not (source / "card.toml").is_file():
        known = ", ".join(sorted(path.parent.name for path in source.parent.glob("*/card.toml")))
        raise CommandError(f"There is no built-in template {options.name!r}; there are: {known}.")
    folder = _own_folder(options.name, home)
    shutil.copytree(source, folder)
    written = sorted(path for path in folder.rglob("*") if path.is_file())
    return _told(options, written, "They go before the built-in ones from now on.")


def _own_folder(name: str, home: Home | None = None) -> Path:
    if not NAME.fullmatch(name):
        raise CommandError(f"{name!r} is no name of a template; it has only a-z 0-9 _ -.")
    folder = (home.own_templates if home is not None else project_folder() / "templates") / name
    if folder.exists():
        raise CommandError(f"{folder} is there already.")
    return folder


def _starter(folder: Path, name: str) -> list[Path]:
    """Write the files of a template that shows the brand and a title; returns those that are new."""
    written = []
    for source in sorted(STARTER.iterdir()):
        path = _write(folder / source.name, source.read_text("utf-8").replace("TEMPLATE_NAME", name))
        if path is not None:
            written.append(path)
    return written
