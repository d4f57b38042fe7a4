"""`emblazon export`: which cards it takes, what it writes, what it says of the others."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from waiting import wait_until

from emblazon_origin.cli import main
from emblazon_origin.cli.exit_codes import CommandError
from emblazon_origin.cli.many.export import read_entries


@pytest.fixture(autouse=True)
def own_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what was drawn in the test's own folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EMBLAZON_HOME", raising=False)


def exported(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> list[dict[str, object]]:
    """Export `cards.jsonl` into `out`; return the receipts."""
    command = ["export", "cards.jsonl", "-o", "out", "--processes", "1", "--json", *arguments]
    assert main(command) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def titled(*titles: str) -> None:
    """Write a list with a card for each title."""
    lines = [card(name=f"{number}", params={"title": title}) for number, title in enumerate(titles)]
    Path("cards.jsonl").write_text("\n".join(lines))


def card(**members: object) -> str:
    return json.dumps({"template": "article", "params": {"title": "Hello"}} | members)


def test_entries_come_as_lines_or_as_an_array_with_their_places() -> None:
    assert read_entries('{"a": 1}\n\n{"b": 2}\n', "cards.jsonl") == [
        ("cards.jsonl:1", {"a": 1}),
        ("cards.jsonl:3", {"b": 2}),
    ]
    assert read_entries('\n[{"a": 1},\n{"b": 2}]', "c.json") == [
        ("c.json: card 1", {"a": 1}),
        ("c.json: card 2", {"b": 2}),
    ]


@pytest.mark.parametrize("text", ['{"a": 1}\n{"b"}', '[{"a": 1},\n{"b"}]'])
def test_what_is_no_json_is_named_by_its_line(text: str) -> None:
    with pytest.raises(CommandError, match=r"^cards:2: not JSON"):
        read_entries(text, "cards")


def test_export_needs_a_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cards = tmp_path / "cards.jsonl"
    cards.write_text(card())
    assert main(["export", str(cards)]) == 2
    assert "EMBLAZON_STORAGE" in capsys.readouterr().err
    assert main(["export", str(cards), "--base-url", "https://x.example"]) == 2


@pytest.mark.e2e
def test_every_card_that_can_be_is_written_and_the_others_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards, out = tmp_path / "cards.jsonl", tmp_path / "out"
    lines = [
        card(name="blog/hello", format="jpg"),
        card(options={"w": 600, "h": 315}),
        card(params={"titel": "x"}),
        card(name="blog/hello", format="jpeg", params={"title": "Other"}),
        card(name="../up"),
        card(format="auto"),
        "[]",
    ]
    cards.write_text("\n".join(lines))
    assert main(["export", str(cards), "-o", str(out), "--base-url", "https://cdn.example.com/og/"]) == 2
    printed = capsys.readouterr()
    first, second = (json.loads(line) for line in printed.out.splitlines())
    assert (first["name"], first["url"]) == ("blog/hello", "https://cdn.example.com/og/blog/hello.jpg")
    assert (second["name"], second["width"], second["height"]) == ("", 600, 315)
    for receipt, kind in ((first, "JPEG"), (second, "PNG")):
        data = (out / receipt["key"]).read_bytes()
        assert len(data) == receipt["bytes"]
        with Image.open(io.BytesIO(data)) as picture:
            assert (picture.format, picture.size) == (kind, (receipt["width"], receipt["height"]))
    complaints = [line for line in printed.err.splitlines() if line.startswith(str(cards))]
    assert [line.partition(": ")[0].rpartition(":")[2] for line in complaints] == ["3", "4", "5", "6", "7"]
    assert ["titel" in complaints[0], f"{cards}:1 already" in complaints[1]] == [True, True]


@pytest.mark.e2e
def test_a_card_that_lacks_a_picture_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cards, out = tmp_path / "cards.json", tmp_path / "out"
    lacking = {"title": "Hello", "image": "http://127.0.0.1/a.png"}
    cards.write_text(f"[{card(name='whole')}, {card(name='lacking', params=lacking)}]")
    assert main(["export", str(cards), "-o", str(out)]) == 1
    assert f"{cards}: card 2: not stored" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["whole.png"]


def test_second_run_draws_and_writes_nothing_anew(capsys: pytest.CaptureFixture[str]) -> None:
    titled("Ebb", "Flood", "Slack")
    assert [row["state"] for row in exported(capsys)] == ["drawn"] * 3
    before = {path: path.stat().st_mtime_ns for path in Path("out").iterdir()}
    titled("Ebb", "Other", "Slack")
    assert [row["state"] for row in exported(capsys)] == ["kept", "drawn", "kept"]
    after = {path: path.stat().st_mtime_ns for path in Path("out").iterdir()}
    assert {path.name for path in before if before[path] != after[path]} == {"1.png"}


def test_emptied_folder_is_filled_again_without_drawing(capsys: pytest.CaptureFixture[str]) -> None:
    titled("Ebb")
    (first,) = exported(capsys)
    data = Path("out/0.png").read_bytes()
    Path("out/0.png").unlink()
    (second,) = exported(capsys)
    assert (second["state"], Path("out/0.png").read_bytes()) == ("kept", data)
    assert {**second, "state": "drawn"} == first


@pytest.mark.slow
def test_shards_share_the_cards_out(capsys: pytest.CaptureFixture[str]) -> None:
    titled(*(f"Tide {number}" for number in range(7)))
    parts = [{row["name"] for row in exported(capsys, "--shard", f"{number}/3")} for number in (1, 2, 3)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 7


def test_meta_beside_a_picture_says_what_a_page_needs(capsys: pytest.CaptureFixture[str]) -> None:
    params = {"title": "Прилив"}
    Path("cards.jsonl").write_text(card(name="блог/прилив", format="jpg", params=params))
    (receipt,) = exported(capsys, "--meta", "--base-url", "https://cdn.example.com")
    assert receipt["url"] == (
        "https://cdn.example.com/%D0%B1%D0%BB%D0%BE%D0%B3/%D0%BF%D1%80%D0%B8%D0%BB%D0%B8%D0%B2.jpg"
    )
    about = json.loads(Path("out/блог/прилив.jpg.json").read_text("utf-8"))
    assert (about["alt"], about["url"]) == ("Прилив", receipt["url"])
    assert about["tags"]["og:image:type"] == "image/jpeg"
    assert f'<meta property="og:image" content="{receipt["url"]}">' in about["html"]
    with Image.open("out/блог/прилив.jpg") as picture:
        assert [about["tags"]["og:image:width"], about["tags"]["og:image:height"]] == [
            str(side) for side in picture.size
        ]


@pytest.mark.slow
def test_project_with_keys_exports_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMBLAZON_SIGNING_KEYS", "k1:an-example-of-a-signing-key")
    titled("Ebb")
    assert len(exported(capsys)) == 1


@pytest.mark.e2e
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["kill", "Ctrl-C"])
def test_stopped_run_loses_nothing(tmp_path: Path, end: signal.Signals) -> None:
    titled(*(f"Tide {number}" for number in range(30)))
    command = [sys.executable, "-m", "emblazon_origin.cli", "export", "cards.jsonl", "-o", "out", "--json"]
    environment = {**os.environ, "EMBLAZON_HOME": str(tmp_path), "EMBLAZON_WORKERS": "2"}
    out = tmp_path / "out"
    run = subprocess.Popen(
        command, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: len(list(out.glob("*.png"))) >= 4 or run.poll() is not None, seconds=120)
    os.killpg(run.pid, end)
    assert run.wait(60) in (130, -end, 0)
    for path in out.glob("*.png"):
        with Image.open(path) as picture:
            picture.load()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["name"] for row in rows] == [str(number) for number in range(30)]
    assert "kept" in {row["state"] for row in rows}
