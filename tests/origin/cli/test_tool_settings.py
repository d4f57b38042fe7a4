"""The tools obey the settings of the server, and say which one would change their mind."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_server import LocalServer, Quiet
from PIL import Image

from emblazon_origin.cli import main
from emblazon_origin.home import find_home
from emblazon_origin.server.config import OriginConfig, SettingsError
from emblazon_origin.storage import FolderStorage
from emblazon_origin.storage.port import StorageError, is_key


@pytest.fixture
def picture_host() -> Iterator[str]:
    """A server on this machine that has one picture."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            out = io.BytesIO()
            Image.new("RGB", (60, 60), (200, 30, 30)).save(out, "PNG")
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.end_headers()
            self.wfile.write(out.getvalue())

    with LocalServer(Handler) as server:
        yield f"127.0.0.1:{server.port}"


def page_with(host: str, folder: Path) -> str:
    file = folder / "page.html"
    file.write_text(f'<!doctype html><body style="margin:60px"><img src="http://{host}/a.png" alt="">')
    return str(file)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "cards.localhost"])
def test_one_setting_lets_a_tool_fetch_from_this_machine(
    name: str,
    picture_host: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = page_with(picture_host.replace("127.0.0.1", name), tmp_path)
    assert main(["explain", page, "--json"]) == 0
    refused = json.loads(capsys.readouterr().out)["diagnostics"]
    assert any("EMBLAZON_FETCH" in finding["message"] for finding in refused)
    if name == "127.0.0.1":
        assert any("EMBLAZON_FETCH_LOCAL=1" in finding["message"] for finding in refused)
    monkeypatch.setenv("EMBLAZON_FETCH_LOCAL", "1")
    assert main(["explain", page, "--json"]) == 0
    assert not json.loads(capsys.readouterr().out)["diagnostics"]
    assert main(["render", page, "-o", str(tmp_path / "card.png")]) == 0
    with Image.open(tmp_path / "card.png") as picture:
        assert picture.convert("RGB").getpixel((80, 80)) == (200, 30, 30)


def test_production_refuses_to_fetch_from_its_own_machine(tmp_path: Path, picture_host: str) -> None:
    with pytest.raises(SettingsError, match=r"EMBLAZON_FETCH_LOCAL.*EMBLAZON_FETCH_ALLOW"):
        OriginConfig.from_env({"EMBLAZON_FETCH_LOCAL": "1"})
    assert OriginConfig.from_env({"EMBLAZON_FETCH_LOCAL": "1", "EMBLAZON_DEV": "1"}).fetch_local


@pytest.mark.parametrize(
    ("url", "setting"),
    [
        ("http://pictures.example:8080/a.png", "EMBLAZON_FETCH_PORTS"),
        ("http://93.184.216.34/a.png", "EMBLAZON_FETCH_LITERALS"),
        ("http://127.0.0.1/a.png", "EMBLAZON_FETCH_LOCAL=1"),
        ("http://[::1]:9000/a.png", "EMBLAZON_FETCH_LOCAL=1"),
    ],
)
def test_refusal_names_the_setting(
    url: str, setting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.html").write_text(f"<body style='margin:60px'><img src='{url}'>")
    assert main(["explain", str(tmp_path / "page.html")]) == 0
    assert setting in capsys.readouterr().out


def test_allowed_hosts_hold_for_tools_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EMBLAZON_FETCH_HOSTS", "*.example.org")
    (tmp_path / "page.html").write_text("<img src='http://pictures.example.com/a.png'>")
    assert main(["explain", str(tmp_path / "page.html")]) == 0
    assert "EMBLAZON_FETCH_HOSTS" in capsys.readouterr().out


def test_limits_of_pictures_hold_for_tools_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (200, 200)).save(tmp_path / "a.png")
    (tmp_path / "page.html").write_text("<body style='margin:60px'><img src=a.png width=200 height=200>")
    monkeypatch.setenv("EMBLAZON_IMAGE_PIXELS", "30000")
    assert main(["explain", str(tmp_path / "page.html")]) == 0
    assert "EMBLAZON_IMAGE_PIXELS" in capsys.readouterr().out


def test_the_size_of_files_is_settable_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (200, 200)).save(tmp_path / "a.png")
    (tmp_path / "page.html").write_text("<body style='margin:60px'><img src=a.png width=200 height=200>")
    monkeypatch.setenv("EMBLAZON_IMAGE_BYTES", "100")
    assert main(["explain", str(tmp_path / "page.html")]) == 0
    assert "EMBLAZON_IMAGE_BYTES" in capsys.readouterr().out


# --- names of any script -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "blog/日本 語.png", "مقال/عودة.png", "a b/c (1) [2] & 50%.jpg", "emoji/👩‍🚀.png", "caf\u00e9.png",
        "می\u200cخواهم.png", "x'y#z.png", "o" * 190,
    ],
)  # fmt: skip
def test_name_of_any_script_is_a_file_and_a_url(key: str, tmp_path: Path) -> None:
    assert is_key(key)
    storage = FolderStorage(tmp_path, "https://cdn.example.com/og/")
    asyncio.run(storage.upload(key, b"x", "image/png"))
    assert (tmp_path / key).read_bytes() == b"x"
    url = storage.get_url(key)
    assert url.isascii()
    assert " " not in url
    assert "#" not in url


@pytest.mark.parametrize(
    "key",
    [
        "../up", "a/../b", "/root", "a//b", ".hidden", "a/.b", "", "a\nb", "a\\b", "a\x00b", "x" * 600, "a/",
        "é" * 120, "con:aux", "a ", "\ud800", "a\u202eb", "line\u2028end",
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(key: str, tmp_path: Path) -> None:
    assert not is_key(key)
    with pytest.raises(StorageError):
        asyncio.run(FolderStorage(tmp_path).upload(key, b"x", "image/png"))
    assert not list(tmp_path.rglob("*"))


@pytest.mark.e2e
def test_export_writes_names_of_any_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cards, out = tmp_path / "cards.jsonl", tmp_path / "out"
    entry = {
        "name": "blog/日本 語",
        "template": "article",
        "params": {"title": "x" * 500},
        "format": "auto-safe",
    }
    cards.write_text(json.dumps(entry, ensure_ascii=False))
    assert main(["export", str(cards), "-o", str(out), "--base-url", "https://cdn.example.com/og"]) == 0
    receipt = json.loads(capsys.readouterr().out)
    assert receipt["url"] == "https://cdn.example.com/og/blog/%E6%97%A5%E6%9C%AC%20%E8%AA%9E.png"
    assert [(finding["code"], finding["param"]) for finding in receipt["findings"]] == [("cut", "title")]
    assert (out / "blog" / "日本 語.png").is_file()


# --- a place for state ---------------------------------------------------------------------------------


def test_state_goes_where_the_setting_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBLAZON_STATE_DIR", str(tmp_path / "deep" / "state"))
    assert find_home(tmp_path).writable_state() == (tmp_path / "deep" / "state", "")


def test_state_that_cannot_be_written_has_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EMBLAZON_STATE_DIR", str(tmp_path / "file" / "state"))
    state, reason = find_home(tmp_path).writable_state()
    assert state is None
    assert str(tmp_path / "file") in reason


@pytest.mark.e2e
def test_serve_runs_on_a_read_only_file_system(tmp_path: Path) -> None:
    """In a mount namespace of its own where the whole tree is read-only."""
    from ports import free_port
    from waiting import wait_until

    if subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine has no mount namespaces")
    port = free_port()
    log = tmp_path / "log"
    environment = {**os.environ, "EMBLAZON_DEV": "1", "EMBLAZON_WORKERS": "1", "EMBLAZON_PORT": str(port)}
    serve = f"cd {tmp_path} && exec {sys.executable} -m emblazon_origin.cli serve"
    command = f"mount --rbind / /mnt && mount -o remount,bind,ro /mnt && exec chroot /mnt sh -c '{serve}'"
    import httpx

    with log.open("wb") as out:
        server = subprocess.Popen(
            ["unshare", "-m", "sh", "-c", command], env=environment, stdout=out, stderr=out
        )
    try:
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)

        def is_up() -> bool:
            assert server.poll() is None, log.read_text()
            try:
                return client.get("/healthz").status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(is_up, seconds=180)
        for expected in ("fwd=uri-miss", "hit"):
            answer = client.get("/og/article.png?title=Read-only")
            assert answer.status_code == 200
            assert expected in answer.headers["cache-status"]
        assert "EMBLAZON_STATE_DIR" in log.read_text()
    finally:
        server.terminate()
        server.wait(60)
