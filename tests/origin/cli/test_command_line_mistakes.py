"""Wrong input on the command line: one line on stderr that names the fix, and the documented exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from emblazon_origin.cli import main

KEYS = ("--keys", "k1:0123456789abcdef0123")
CARD = "/og/article.png?title=Hi"
RENDER = ("render", "article", "-p", "title=Hi", "-o", "card.png")

MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "no command": ((), "COMMAND"),
    "unknown command": (("nope",), "nope"),
    "unknown option": (("fonts", "--zz"), "--zz"),
    "sign: no URL": (("sign", *KEYS, "http://[::1/og/a.png"), "Invalid IPv6 URL"),
    "sign: no card": (("sign", *KEYS, "/og/article"), "/og/"),
    "sign: life that is no number": (("sign", *KEYS, CARD, "--expires-in", "nan"), "--expires-in"),
    "sign: endless life": (("sign", *KEYS, CARD, "--expires-in", "inf"), "--expires-in"),
    "sign: life beyond what _exp takes": (("sign", *KEYS, CARD, "--expires-in", "1e30"), "--expires-in"),
    "purge: edge without a scheme": (("purge", "--all", "--edge", "og.example.com"), "https://"),
    "purge: card that is no URL": (("purge", "http://[::1/og/a.png"), "http://[::1"),
    "purge: edge that is no URL": (("purge", "--all", "--edge", "http://[::1"), "http://[::1"),
    "purge: edge of another scheme": (("purge", "--all", "--edge", "ftp://127.0.0.1"), "https://"),
    "render: width": ((*RENDER, "--width", "-5"), "--width"),
    "render: dpr that is no number": ((*RENDER, "--dpr", "nan"), "--dpr"),
    "render: dpr of nothing": ((*RENDER, "--dpr", "0"), "--dpr"),
    "render: quality": ((*RENDER, "--quality", "900"), "--quality"),
    "render: byte budget": ((*RENDER, "--max-bytes", "0"), "--max-bytes"),
    "render: language": ((*RENDER, "--lang", "!!"), "--lang"),
    "explain: folder of the overlay": (("explain", "article", "--preview", "--overlay", "no/o.png"), "no"),
    "lint: name of a template": (("lint", "nowhere"), "emblazon explain nowhere --preview"),
    "lint: one template": (("lint", "templates/article"), "templates"),
    "serve: origin that is no URL": (("serve", "--origin", "http://[::1"), "https://host"),
    "serve: cache in front of no URL": (("serve", "--passthrough", "localhost:80"), "https://host"),
    "serve: two origins": (
        ("serve", "--passthrough", "http://127.0.0.1:1", "--origin", "http://127.0.0.1:2"),
        "--passthrough",
    ),
    "serve: port": (("serve", "--port", "99999"), "EMBLAZON_PORT"),
    "serve: port that is no number": (("serve", "--port", "abc"), "EMBLAZON_PORT"),
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    try:
        code = main(arguments)
    except SystemExit as stopped:
        code = int(str(stopped.code))
    return code, capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "word"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake_is_told_in_one_line(
    arguments: tuple[str, ...], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, err = run(capsys, *arguments)
    assert code == 2
    assert err.startswith("emblazon: ")
    assert err.count("\n") == 1
    assert word in err


def test_wrong_port_of_the_environment_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBLAZON_EDGE_PORT", "abc")
    code, err = run(capsys, "dev")
    assert (code, err.count("\n")) == (2, 1)
    assert "EMBLAZON_EDGE_PORT" in err


def test_token_that_no_header_can_carry_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBLAZON_PURGE_TOKEN", "schlüssel")
    code, err = run(capsys, "purge", "--all")
    assert (code, err.count("\n")) == (2, 1)
    assert "EMBLAZON_PURGE_TOKEN" in err


def test_missing_file_is_named_before_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    code, err = run(capsys, "render", "article", "--data", "/no/such.json", "-o", "card.png")
    assert (code, err) == (1, "emblazon: /no/such.json: No such file or directory.\n")


def test_lint_of_a_folder_without_templates_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, err = run(capsys, "lint", str(tmp_path))
    assert (code, err.count("\n")) == (2, 1)
    assert "card.html" in err


def test_template_is_found_by_its_folder_too(tmp_path: Path) -> None:
    out = tmp_path / "card.png"
    assert main(["render", "templates/docs/", "--preview", "-o", str(out)]) == 0
    assert out.read_bytes().startswith(b"\x89PNG")


def test_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m emblazon_origin.cli explain article --preview --json | head -c 1"
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, check=False, timeout=300
    )  # our own
    assert done.stdout == b"{"
    assert done.stderr == b""


class Edge(BaseHTTPRequestHandler):
    """Answers every purge with `status` and `answer`."""

    status, answer = 202, b"{}"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def purge_at(status: int, answer: object, capsys: pytest.CaptureFixture[str], *what: str) -> tuple[int, str]:
    text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    handler = type("Handler", (Edge,), {"status": status, "answer": text})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.handle_request, daemon=True).start()
        return run(capsys, "purge", *what, "--edge", f"http://127.0.0.1:{server.server_port}")


def test_purge_of_a_name_that_no_card_has_is_done_but_said(capsys: pytest.CaptureFixture[str]) -> None:
    receipt = {"purged": {}, "unknown": {"templates": ["artcle"], "tags": ["nwes"]}}
    code, err = purge_at(202, receipt, capsys, "--template", "artcle", "--tag", "nwes")
    assert code == 0
    assert err == "emblazon: No card there has the template 'artcle' or the tag 'nwes'.\n"


def test_purge_asks_the_host_in_the_url(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EMBLAZON_PUBLIC_URL", raising=False)
    handler = type("Handler", (Edge,), {"answer": b'{"purged": {"all": true}}'})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.handle_request, daemon=True).start()
        assert main(["purge", f"http://127.0.0.1:{server.server_port}/og/article.png?title=x"]) == 0
    assert capsys.readouterr().out == "Forgotten: every card.\n"


@pytest.mark.parametrize(
    ("urls", "public_url"),
    [
        (["https://a.example/og/a.png", "https://b.example/og/a.png"], ""),
        (["https://a.example/og/a.png"], "https://og.example.com"),
    ],
)
def test_purge_token_goes_to_no_other_host(
    urls: list[str],
    public_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EMBLAZON_PUBLIC_URL", public_url)
    monkeypatch.setenv("EMBLAZON_PURGE_TOKEN", "a-token-of-sixteen-or-more")
    code, err = run(capsys, "purge", *urls)
    assert (code, "--edge" in err) == (2, True)


@pytest.mark.parametrize(("status", "code"), [(400, 2), (401, 2), (403, 2), (429, 1), (503, 1)])
def test_refused_purge_tells_wrong_input_from_a_failure(
    status: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    told, err = purge_at(status, {"detail": "Because."}, capsys, "--all")
    assert told == code
    assert "Because." in err


def test_answer_that_is_no_receipt_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    code, err = purge_at(202, b"<html>", capsys, "--all")
    assert (code, err.count("\n")) == (1, 1)
