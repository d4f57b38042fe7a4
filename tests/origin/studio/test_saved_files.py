"""A saved file is drawn again at once, or its fault is shown at its line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from saving import save

from emblazon_origin.home import Home
from emblazon_origin.studio.template_fault import fault_of

from .conftest import Client, Terminal


@asynccontextmanager
async def events(client: Client) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
    """Yield what a page hears, from the first event on."""
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def listen(answer: aiohttp.ClientResponse) -> None:
        async for line in answer.content:
            if line.startswith(b"data: "):
                heard.put_nowait(json.loads(line[6:]))

    async with client.get("/studio/api/events") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        task = asyncio.create_task(listen(answer))
        try:
            yield heard
        finally:
            task.cancel()


async def following(heard: asyncio.Queue[dict[str, Any]]) -> dict[str, Any]:
    async with asyncio.timeout(60):
        return await heard.get()


def note_of(project: Home) -> Path:
    return project.own_templates / "note"


async def warm(client: Client) -> None:
    async with client.get("/studio/api/catalogue") as answer:
        assert answer.status == 200


async def test_a_saved_template_alone_is_drawn_again(
    client: Client, project: Home, terminal: Terminal
) -> None:
    await warm(client)
    async with events(client) as heard:
        first = await following(heard)
        assert (first["changed"], first["faults"]) == ({}, {})
        card = note_of(project) / "card.html"
        save(card, card.read_text("utf-8").replace("80px", "96px"))
        event = await following(heard)
        assert [*event["changed"]] == ["note"], "no other template was drawn"
        newer = {name for name, version in event["versions"].items() if version != first["versions"][name]}
        assert newer == {"note"}
    assert "studio: note drawn again in" in await terminal.line(lambda line: "note" in line)


async def test_a_fault_is_told_with_its_line_and_the_last_good_look_stays(
    client: Client, project: Home, terminal: Terminal
) -> None:
    await warm(client)
    card = note_of(project) / "card.html"
    good = card.read_text("utf-8")
    async with events(client) as heard:
        await following(heard)
        save(card, good.replace("{{ title }}", "{{ title | shout }}"))
        fault = (await following(heard))["faults"]["note"]
        assert (fault["file"], fault["line"]) == ("templates/note/card.html", 4)
        assert [4, "<h1>{{ title | shout }}</h1>"] in fault["lines"]
        async with client.get("/studio/api/draw/note.png?title=Still") as answer:
            assert answer.status == 200, "the last good one"
        save(card, good + "\n")
        mended = await following(heard)
        assert mended["faults"] == {}
        assert "note" in mended["changed"]
    line = await terminal.line(lambda line: "keeps" in line)
    assert "templates/note/card.html:4" in line


async def test_a_new_template_and_a_removed_one_are_noticed(client: Client, project: Home) -> None:
    await warm(client)
    async with events(client) as heard:
        await following(heard)
        second = project.own_templates / "second"
        second.mkdir()
        save(second / "card.toml", "[params.title]\nrequired = true\n[fallback]\ntitle = 'x'\n")
        save(second / "card.html", "<h1>{{ title }}</h1>")
        while "second" not in (await following(heard))["changed"]:
            pass
        async with client.get("/studio/api/draw/second.png?title=Hi") as answer:
            assert answer.status == 200


async def test_a_page_that_opens_later_hears_of_the_fault(
    client: Client, project: Home, terminal: Terminal
) -> None:
    await warm(client)
    save(note_of(project) / "card.toml", "[params.title]\nrequird = true\n")
    await terminal.line(lambda line: "keeps" in line)
    async with events(client) as heard:
        fault = (await following(heard))["faults"]["note"]
    assert fault["line"] == 2
    assert "Did you mean 'required'?" in fault["message"]


def test_a_fault_outside_the_project_keeps_its_whole_path(tmp_path: Path) -> None:
    file = tmp_path / "card.toml"
    file.write_text("a = 1\nb = = 2\n", "utf-8")
    fault = fault_of(
        ValueError(f"{file}: not valid TOML: Invalid value (at line 2, column 5)"), tmp_path / "site"
    )
    assert (fault.file, fault.line) == (str(file), 2)
    assert str(fault) == f"{file}:2: not valid TOML: Invalid value (at line 2, column 5)"
    assert fault_of(ValueError("no place"), tmp_path).line == 0
