"""`emblazon doctor`: is everything as it must be, here or at a URL; each fault with its fix."""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

from ...errors import EmblazonError
from ...home import Home, find_home
from ..exit_codes import FAILED
from ..numbers import http_url

if TYPE_CHECKING:
    from httpx import Client, Response

MOST_SKEW = 60.0  # seconds that this clock and a server's may differ
SECONDS = 5.0
OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `fix` says what to do where it is not `ok`."""

    name: str
    state: Literal["ok", "warning", "fault"]
    found: str
    fix: str = ""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = commands.add_parser("doctor", help="what is wrong here, or at --url, and how to mend it")
    parser.add_argument("--url", type=http_url, metavar="URL", help="an edge or origin that runs")
    parser.add_argument("--quick", action="store_true", help="with --url: only whether it answers")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print every check; 1 where one is a fault."""
    checks = list(_of_server(options.url, quick=options.quick) if options.url else _of_machine())
    if options.json:
        print(json.dumps([asdict(check) for check in checks], indent=2))
    else:
        signs = {"ok": "ok     ", "warning": "warning", "fault": "FAULT  "}
        for check in checks:
            print(f"{signs[check.state]}  {check.name}: {check.found}{f'. {check.fix}' if check.fix else ''}")
    return FAILED if any(check.state == "fault" for check in checks) else 0


# --- this machine ----------------------------------------------------------------------------------------


def _of_machine() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < OLDEST
    yield Check("Python", "fault" if old else "ok", version, "Install Python 3.11 or newer." if old else "")
    home = find_home()
    yield Check("project", "ok", str(home.root))
    for name, look in (
        ("fonts", _fonts),
        ("templates", _templates),
        ("settings of the origin", _origin_settings),
        ("settings of the edge", _edge_settings),
    ):
        yield _looked(name, look, home)
    yield _state(home)
    yield from _ports()
    yield _keys()


def _looked(name: str, look: Callable[[Home], str], home: Home) -> Check:
    """Turn an error, whose message names the fix, into a fault."""
    try:
        return Check(name, "ok", look(home))
    except (EmblazonError, OSError, ValueError) as error:
        return Check(name, "fault", str(error).rstrip("."))


def _fonts(home: Home) -> str:
    from ...text.fonts.families import check_fonts
    from ...text.fonts.font_library import FontLibrary

    check_fonts(home.fonts)
    return f"{len(FontLibrary(home.fonts).catalog.families)} families, as locked"


def _templates(home: Home) -> str:
    from ...project import read_project
    from ...template.library import TemplateLibrary

    library = TemplateLibrary(home.templates, lambda families: "", read_project(home).brand)
    return ", ".join(sorted(library.specs))


def _origin_settings(home: Home) -> str:
    from ...server.config import OriginConfig

    config = OriginConfig.from_env()
    return f"{config.worker_count} render processes, storage {config.storage}"


def _edge_settings(home: Home) -> str:
    from emblazon.edge.config import ConfigError, EdgeConfig

    environment = {"EMBLAZON_ORIGIN_URL": "http://127.0.0.1", **os.environ}
    if not any(
        environment.get(name) for name in ("EMBLAZON_SIGNING_KEYS", "EMBLAZON_SIGNING", "EMBLAZON_DEV")
    ):
        environment["EMBLAZON_SIGNING"] = "off"  # the keys have a check of their own
    try:
        EdgeConfig.from_env(environment)
    except ConfigError as error:
        raise EmblazonError(str(error)) from None
    return "as they should be"


def _state(home: Home) -> Check:
    folder = home.state
    near = next(path for path in (folder, *folder.parents) if path.exists())
    if os.access(near, os.W_OK):
        return Check("state", "ok", str(folder))
    fix = "Set EMBLAZON_STATE_DIR to a folder that can be written; without one, state is in memory."
    return Check("state", "warning", f"{folder} cannot be written", fix)


def _ports() -> Iterator[Check]:
    for variable, default in (
        ("EMBLAZON_PORT", 8080),
        ("EMBLAZON_EDGE_PORT", 8787),
        ("EMBLAZON_ORIGIN_PORT", 8788),
    ):
        text = os.environ.get(variable) or str(default)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(text)))
            except (OSError, ValueError, OverflowError) as error:
                yield Check(
                    f"port {text}", "warning", str(error), f"Set {variable} to another, or end what uses it."
                )
            else:
                yield Check(f"port {text}", "ok", "free")


def _keys() -> Check:
    from emblazon.contract.signing import Keyring, KeyringError

    keys = os.environ.get("EMBLAZON_SIGNING_KEYS", "")
    if not keys:
        return Check(
            "signing keys", "warning", "none set", "emblazon init makes some; serve keeps one of its own."
        )
    try:
        Keyring.parse(keys)
    except KeyringError as error:
        return Check("signing keys", "fault", str(error).rstrip("."))
    return Check("signing keys", "ok", f"{keys.count(',') + 1}")


# --- a server --------------------------------------------------------------------------------------------


def _of_server(url: str, *, quick: bool) -> Iterator[Check]:
    import httpx

    base = url.rstrip("/")
    with httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=False) as client:
        try:
            health = client.get(f"{base}/healthz")
        except httpx.HTTPError as error:
            fix = "Start it, or mend the address, the firewall or the certificate."
            yield Check("health", "fault", f"{base} does not answer ({type(error).__name__}: {error})", fix)
            return
        good = health.status_code == 200
        yield Check("health", "ok" if good else "fault", f"{health.status_code} {health.text[:300]}")
        if quick or not good:
            return
        yield _clock(health.headers.get("date", ""))
        yield from _edge_state(health)
        yield _refuses_unsigned(client, base)
        yield from _signed_card(client, base)


def _clock(date: str) -> Check:
    try:
        skew = time.time() - parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError):
        return Check("clock", "warning", "the server sends no Date", "Look whether a proxy removes it.")
    if abs(skew) <= MOST_SKEW:
        return Check("clock", "ok", f"{skew:+.0f} s")
    return Check("clock", "fault", f"{skew:+.0f} s apart", "Set both clocks by NTP: URLs expire by them.")


def _edge_state(health: Response) -> Iterator[Check]:
    try:
        state = health.json()
    except ValueError:
        return
    if not isinstance(state, dict) or "manifest" not in state:
        return
    known = bool(state["manifest"])
    fix = (
        ""
        if known
        else "Look at EMBLAZON_ORIGIN_URL and EMBLAZON_ORIGIN_TOKEN: the edge never reached the origin."
    )
    yield Check("manifest", "ok" if known else "warning", "known" if known else "not known yet", fix)
    origin = str(state.get("origin", ""))
    closed = origin in ("closed", "")
    yield Check(
        "origin",
        "ok" if closed else "fault",
        origin or "not asked yet",
        "" if closed else "Start the origin.",
    )


def _refuses_unsigned(client: Client, base: str) -> Check:
    status = client.get(f"{base}/og/article.png?title=doctor").status_code
    if status in (401, 403):
        return Check("unsigned URLs", "ok", "refused")
    fix = "Set EMBLAZON_SIGNING_KEYS there, if anybody but you can reach it."
    return Check("unsigned URLs", "warning", f"answered with {status}", fix)


def _signed_card(client: Client, base: str) -> Iterator[Check]:
    from emblazon.contract.signing import Keyring

    keys = os.environ.get("EMBLAZON_SIGNING_KEYS", "")
    if not keys:
        return
    query = Keyring.parse(keys).sign("/og/article.png", "title=doctor")
    answer = client.get(f"{base}/og/article.png?{query}")
    if answer.status_code == 403:
        yield Check(
            "signed card", "fault", "refused", "The server has other keys than EMBLAZON_SIGNING_KEYS here."
        )
        return
    image = answer.headers.get("content-type", "").startswith("image/")
    told = f"{answer.status_code} {answer.headers.get('cache-status', '')}"
    yield Check("signed card", "ok" if image else "fault", told, "" if image else answer.text[:200])
