"""Every command that the README shows is run, against the server that the README starts."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from ports import free_port
from waiting import first_line

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", README, re.S)
    for line in re.sub(r"\\\n\s*", "", block).splitlines()
    if line
]
TARGETS = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.M))

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The product as `make run` starts it, on a free port; yields the environment of the commands."""
    port = free_port()
    environment = {
        **os.environ,
        "EMBLAZON_DEV": "1",
        "EMBLAZON_PORT": str(port),
        "EMBLAZON_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    server = subprocess.Popen(
        [".venv/bin/emblazon", "serve"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        line = first_line(server)
        assert f"http://127.0.0.1:{port}/" in line, "the server ends its start with one line naming the URL"
        yield environment
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(60)
    assert code == 0


@pytest.mark.parametrize("command", [line for line in COMMANDS if not line.startswith("make ")])
def test_command_of_the_readme_succeeds(command: str, served: dict[str, str], tmp_path: Path) -> None:
    here = re.sub(r"(?<=-o )\S+|(?<=--overlay )\S+", lambda name: str(tmp_path / name.group()), command)
    here = here.replace("127.0.0.1:8080", f"127.0.0.1:{served['EMBLAZON_PORT']}").replace(
        "curl ", "curl -fsS "
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here],
        cwd=ROOT,
        env=served,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    for made in tmp_path.iterdir():
        assert made.stat().st_size > 1000, f"{command} wrote a picture"


def test_local_server_explains_a_card_at_its_url(served: dict[str, str]) -> None:
    url = f"http://127.0.0.1:{served['EMBLAZON_PORT']}/og/article.png?title=Hello&_explain=1"
    with urllib.request.urlopen(url, timeout=60) as answer:  # the server above
        explained = json.load(answer)
    assert {"diagnostics", "timings"} <= explained.keys()


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_make_target_of_the_readme_exists(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("target", ["run", "dev"])
def test_make_is_what_switches_development_on(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "EMBLAZON_DEV=${EMBLAZON_DEV-1} .venv/bin/emblazon" in done.stdout


def test_readme_has_commands_to_run() -> None:
    assert len(COMMANDS) >= 8


def test_pictures_and_pages_of_the_readme_exist() -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#]+)", README)
    missing = [link for link in links if not (ROOT / link).exists()]
    assert not missing
