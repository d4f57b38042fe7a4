"""The file that `emblazon export` reads: many cards, as JSON Lines or as one JSON array."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass

from emblazon.contract.params import ParamRules
from emblazon.contract.problem import BadParameter, Problem
from emblazon.contract.request import CardRequest, build_request
from emblazon.contract.route import EXTENSIONS
from emblazon.contract.schema import Manifest

from ..exit_codes import CommandError


@dataclass(frozen=True, slots=True)
class ListedCard:
    """One card to export: `place` says where it stands, `name` is its key without the ending, or empty."""

    place: str
    name: str
    request: CardRequest


def read_entries(text: str, file: str) -> list[tuple[str, object]]:
    """Return the entries, each with its place (`cards.jsonl:3`). Raises CommandError for what is no JSON."""
    if text.lstrip().startswith("["):
        try:
            return [(f"{file}: card {n}", entry) for n, entry in enumerate(json.loads(text), 1)]
        except json.JSONDecodeError as error:
            raise CommandError(f"{file}:{error.lineno}: not JSON: {error.msg}.") from None
    entries: list[tuple[str, object]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            entries.append((f"{file}:{number}", json.loads(line)))
        except json.JSONDecodeError as error:
            raise CommandError(f"{file}:{number}: not JSON: {error.msg}.") from None
    return entries


def check_entries(
    entries: list[tuple[str, object]], manifest: Manifest
) -> tuple[list[ListedCard], list[str]]:
    """Check every entry; return the cards and what is wrong with the others, each with its place."""
    cards: list[ListedCard] = []
    wrong: list[str] = []
    taken: dict[str, str] = {}
    for place, entry in entries:
        try:
            card = _card(place, entry, manifest)
        except Problem as problem:
            wrong.append(f"{place}: {problem.detail or problem.title}")
            continue
        key = f"{card.name}.{card.request.format}"
        if card.name and key in taken:
            wrong.append(f"{place}: {key} is the name of the card at {taken[key]} already.")
            continue
        taken[key] = place
        cards.append(card)
    return cards, wrong


def _card(place: str, entry: object, manifest: Manifest) -> ListedCard:
    from ...storage.port import KEY_RULE, is_key  # late: other commands start without the storages

    if not isinstance(entry, dict):
        raise BadParameter('A card is a JSON object such as {"template": "article", "params": {}}.', param="")
    members = dict(entry)
    name, extension = members.pop("name", ""), members.pop("format", None)
    if not isinstance(name, str) or (name and not is_key(name)):
        raise BadParameter(f"'name' is {str(name)[:60]!r}; {KEY_RULE}.", param="name")
    name = unicodedata.normalize("NFC", name)
    if extension is not None and (extension not in EXTENSIONS or EXTENSIONS[extension] == "auto"):
        formats = ", ".join(name for name in EXTENSIONS if name != "auto")
        raise BadParameter(f"'format' is one of {formats}.", param="format")
    template = manifest.templates.get(str(members.get("template")))
    default = template.default_format if template else "png"
    request = build_request(
        members,
        manifest,
        extension=EXTENSIONS[extension] if extension else default,
        also=("name", "format"),
        rules=ParamRules(strict=True),  # its author reads the answer
    )
    return ListedCard(place, name, request)
