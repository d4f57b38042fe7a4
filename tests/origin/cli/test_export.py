"""`emblazon export`: which cards it takes, what it writes, what it says of the others."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from emblazon_origin.cli import main
from emblazon_origin.cli.exit_codes import CommandError
from emblazon_origin.cli.many.card_list import read_entries


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
    complaints = printed.err.splitlines()
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
