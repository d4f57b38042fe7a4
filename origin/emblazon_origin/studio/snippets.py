"""A card as what an author pastes: addresses, meta elements, Python, Jinja, Django, Markdown."""

from __future__ import annotations

import json
from dataclasses import dataclass

from emblazon.contract.canonical import canonical_query
from emblazon.contract.request import CardRequest
from emblazon.contract.route import Extension
from emblazon.contract.schema import Manifest, ParamValue
from emblazon.contract.signing import Keyring
from emblazon.sdk.card import Card
from emblazon.sdk.meta import alt_text

_MARKDOWN = str.maketrans({"[": r"\[", "]": r"\]", "\\": r"\\", "\n": " "})
NO_KEY = "There is no signing key here: emblazon init writes one into .env, or set EMBLAZON_SIGNING_KEYS."


@dataclass(frozen=True, slots=True)
class Snippet:
    """One thing to copy; `note` says why there is none, or what to know of it."""

    name: str
    language: str
    text: str
    note: str = ""

    def data(self) -> dict[str, str]:
        """Return the snippet as JSON values."""
        return {"name": self.name, "language": self.language, "text": self.text, "note": self.note}


def snippets(card: CardRequest, extension: Extension, base_url: str, keys: Keyring | None) -> list[Snippet]:
    """Return every form of a card; with `keys`, addresses in meta elements and Markdown are signed."""
    path, query = f"/og/{card.template.name}.{extension}", canonical_query(card)
    plain = f"{base_url}{path}{'?' if query else ''}{query}"
    signed = f"{base_url}{path}?{keys.sign(path, query)}" if keys else ""
    alt = alt_text(card.template, card.params).translate(_MARKDOWN)
    arguments = _arguments(card, extension)
    return [
        Snippet("URL", "text", plain),
        Snippet("Signed URL", "text", signed, "" if keys else NO_KEY),
        Snippet("Meta tags", "html", _meta(card, extension, base_url, keys)),
        Snippet("Python", "python", _python(card.template.name, arguments)),
        Snippet("Jinja", "html", f"{{{{ og_card({_call(card.template.name, arguments)}) }}}}"),
        Snippet("Django", "html", _django(card.template.name, arguments)),
        Snippet("Markdown", "markdown", f"![{alt}]({signed or plain})"),
    ]


def _arguments(card: CardRequest, extension: Extension) -> dict[str, ParamValue]:
    """Return the card as keyword arguments of `Card`: its parameters, then what is not the default."""
    spec = card.template
    options: dict[str, ParamValue] = {}
    if (card.width, card.height) != (spec.width, spec.height):
        options |= {"width": card.width, "height": card.height}
    given = {"dpr": card.dpr if card.dpr != 1 else "", "quality": card.quality, "max_bytes": card.max_bytes}
    given |= {"variant": card.variant, "lang": card.lang}
    options |= {name: value for name, value in given.items() if value not in (None, "")}
    if extension != "auto-safe":
        options["format"] = extension
    return {name: card.params[name] for name in spec.params if name in card.params} | options


def _meta(card: CardRequest, extension: Extension, base_url: str, keys: Keyring | None) -> str:
    manifest = Manifest("", {card.template.name: card.template})
    arguments = _arguments(card, extension)
    own = {name: arguments.pop(name) for name in card.params}
    made = Card(
        card.template.name,
        base_url=base_url,
        key=keys or "",
        manifest=manifest,
        params=own,
        strict=False,
        **arguments,  # type: ignore[arg-type]  # the reserved ones, by their names
    )
    return made.meta_tags()


def _python(template: str, arguments: dict[str, ParamValue]) -> str:
    call = _call(template, arguments, separator=",\n    ")
    return (
        "from emblazon import Card\n\n"
        f"card = Card(\n    {call},\n)\n"
        "card.html  # the meta elements for the page's head; card.url() is the picture's address"
    )


def _django(template: str, arguments: dict[str, ParamValue]) -> str:
    lists = [name for name, value in arguments.items() if isinstance(value, tuple)]
    words = [f"{name}={name if name in lists else _quoted(value)}" for name, value in arguments.items()]
    note = "".join(f"\n{{# {name} is a list: give it in the context #}}" for name in lists)
    return f"{{% load emblazon %}}\n{{% og_card {' '.join([_quoted(template), *words])} %}}{note}"


def _call(template: str, arguments: dict[str, ParamValue], *, separator: str = ", ") -> str:
    named = (f"{name}={_literal(value)}" for name, value in arguments.items())
    return separator.join([_literal(template), *named])


def _literal(value: ParamValue) -> str:
    """Write a value as Python and Jinja read it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)


def _quoted(value: ParamValue) -> str:
    """Write a value as Django's tags read it, which know no escapes beside those of the quote."""
    if not isinstance(value, str):
        return repr(value)
    text = value.replace("\n", " ")
    if '"' not in text:
        return f'"{text}"'
    return f"'{text}'" if "'" not in text else '"' + text.replace('"', r"\"") + '"'
