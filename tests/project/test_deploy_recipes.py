"""Recipes of docs/deploy.md, carried out with the installed wheel, outside of the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import trustme
from installed_wheel import quiet, without_emblazon
from ports import free_port
from waiting import wait_until

from emblazon_origin.host.wrangler import node_binary, worker_environment

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).parents[2]
DEPLOY = (ROOT / "docs" / "deploy.md").read_text("utf-8")
KEYS, TOKEN = "k1:an-example-of-a-signing-key", "a-token-of-sixteen-or-more"


def block(heading: str) -> str:
    """Return the first block of shell commands under a heading of the page."""
    section = DEPLOY.partition(f"\n### {heading}\n")[2] or DEPLOY.partition(f"\n## {heading}\n")[2]
    found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found, heading
    return found[1]


@contextmanager
def running(
    command: list[str], folder: Path, up: str, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it answers at `up` before that begins."""
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command, cwd=folder, env={**without_emblazon(), **environment}, stdout=out, stderr=out
        )

    def answers() -> bool:
        assert server.poll() is None, log.read_text()
        try:
            return httpx.get(up, trust_env=False, timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    try:
        wait_until(answers, seconds=180)
        yield server
    finally:
        server.terminate()
        server.wait(60)


def test_unit_starts_the_origin_of_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Its command, environment and reload, as systemd would carry them out."""
    unit = (ROOT / "deploy" / "systemd" / "emblazon-origin.service").read_text()
    settings = dict(re.findall(r"^(ExecStart|Environment|WorkingDirectory)=(.*)$", unit, re.MULTILINE))
    command = settings["ExecStart"].replace("/opt/emblazon/bin/emblazon", str(installed)).split()
    name, _, state = settings["Environment"].partition("=")
    assert state == settings["WorkingDirectory"]
    port = free_port()
    environment = {name: str(tmp_path), "EMBLAZON_ORIGIN_TOKEN": TOKEN, "EMBLAZON_WORKERS": "1"}
    url = f"http://127.0.0.1:{port}"
    with running(command, tmp_path, f"{url}/readyz", EMBLAZON_ORIGIN_PORT=str(port), **environment) as server:
        assert "kill -HUP" in unit
        server.send_signal(1)
        answer = httpx.get(
            f"{url}/render/article.png?title=Hi",
            headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=60,
        )  # fmt: skip
        assert answer.headers["content-type"] == "image/png"
        server.terminate()
        assert server.wait(60) == 0, "SIGTERM drains"


@pytest.fixture
def behind_nginx(installed: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """`emblazon serve` behind nginx with our server; yields the address and curl's settings for it."""
    if shutil.which("nginx") is None:
        pytest.skip("apt-get install nginx-light; make test does it")
    port, inner = free_port(), free_port()
    authority, certificate = trustme.CA(), None
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = authority.issue_cert("og.example.com")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for piece in certificate.cert_chain_pems:
        piece.write_to_path(tmp_path / "fullchain.pem", append=True)
    text = (ROOT / "deploy" / "nginx" / "emblazon.conf").read_text()
    for ours, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("server 127.0.0.1:8080", f"server 127.0.0.1:{inner}"),
        ("/etc/ssl/og.example.com", str(tmp_path)),
    ):
        assert ours in text
        text = text.replace(ours, here)
    (tmp_path / "emblazon.conf").write_text(text)
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log; events {{}}\n"
        f"http {{ access_log off; {temporary} include {tmp_path}/emblazon.conf; }}\n"
    )
    (tmp_path / ".curlrc").write_text(
        f'cacert = "{tmp_path}/ca.pem"\nresolve = "og.example.com:{port}:127.0.0.1"\nnoproxy = "*"\n'
    )
    serve = [str(installed), "serve", "--port", str(inner)]
    environment = {
        "EMBLAZON_SIGNING_KEYS": KEYS, "EMBLAZON_PURGE_TOKEN": TOKEN, "EMBLAZON_WORKERS": "1",
        "EMBLAZON_TRUSTED_PROXIES": "127.0.0.1",
    }  # fmt: skip
    with running(serve, tmp_path, f"http://127.0.0.1:{inner}/healthz", **environment):
        nginx = subprocess.Popen(["nginx", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"])
        try:
            wait_until((tmp_path / "nginx.pid").exists, seconds=60)
            yield f"https://og.example.com:{port}", tmp_path
        finally:
            nginx.terminate()
            nginx.wait(60)


def test_look_whether_it_works_does_work_behind_nginx(
    behind_nginx: tuple[str, Path], installed: Path
) -> None:
    """The block of the page, as it stands, but for the port and the key."""
    url, folder = behind_nginx
    commands = block("Look whether it works").replace("https://og.example.com", url).replace("k1:…", KEYS)
    printed = quiet(
        "bash", "-euo", "pipefail", "-c", commands,
        cwd=folder, CURL_HOME=str(folder), PATH=f"{installed.parent}:{os.environ['PATH']}",
    )  # fmt: skip
    first, second = re.findall(r"cache-status: (.*)", printed, re.IGNORECASE)
    assert '"manifest": true' in printed
    assert "fwd=uri-miss" in first
    assert "hit" in second
    assert (folder / "card.png").read_bytes()[:4] == b"\x89PNG"


def test_addresses_that_are_answered_are_those_of_nginx(behind_nginx: tuple[str, Path]) -> None:
    url, folder = behind_nginx
    card = json.dumps({"template": "article", "params": {"title": "Hi"}})
    printed = quiet(
        "curl", "-sS", "-H", f"Authorization: Bearer {TOKEN}", "-H", "X-Forwarded-Host: evil.example",
        "-H", "Content-Type: application/json", "-d", card, f"{url}/api/cards",
        cwd=folder, CURL_HOME=str(folder),
    )  # fmt: skip
    assert json.loads(printed)["url"].startswith(f"{url}/og/")


def dry_run(folder: Path, path: str) -> str:
    wrangler = ROOT / "node_modules" / "wrangler" / "bin" / "wrangler.js"
    environment = worker_environment(ROOT, folder / "state")
    done = subprocess.run(
        [node_binary(ROOT), str(wrangler), "deploy", "--dry-run", "--outdir", str(folder / "out")],
        cwd=folder, env={**environment, "PATH": f"{path}:{environment['PATH']}"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_begun_project_is_one_that_wrangler_deploys(installed: Path, tmp_path: Path) -> None:
    """The Worker of the wheel, which its `wrangler.toml` builds, with the version that is installed."""
    site = tmp_path / "site"
    quiet(installed, "init", "site", "--yes", "--url", "https://og.meridian.example", cwd=tmp_path)
    output = dry_run(site, str(installed.parent))
    assert "EMBLAZON_KV" in output
    assert "https://og.meridian.example" in output
    uploaded = {path.relative_to(site / "out").as_posix() for path in (site / "out").rglob("*.py")}
    assert {"worker.py", "emblazon/edge/handler.py", "emblazon/cloudflare/host.py"} <= uploaded
    assert not [name for name in uploaded if "django" in name or "emblazon_origin" in name]


def test_recipe_for_containers_is_one_that_wrangler_takes(tmp_path: Path) -> None:
    folder = tmp_path / "containers"
    shutil.copytree(ROOT / "deploy" / "containers", folder)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    output = dry_run(folder, "")
    assert "env.ORIGIN (Origin)" in output
    assert "emblazon:0.2.0" in output
    assert "Unexpected fields" not in output
    assert "INSTANCES = 4" in (folder / "worker.js").read_text()
    assert "max_instances = 4" in (folder / "wrangler.toml").read_text()
