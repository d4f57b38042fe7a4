"""`emblazon manifest` and `emblazon types`: the templates' schemas, for sites and for editors."""

from __future__ import annotations

import argparse
import keyword
import sys
from collections.abc import Iterable
from pathlib import Path

from emblazon.contract.manifest import manifest_to_json
from emblazon.contract.schema import Manifest, ParamSpec, TemplateSpec
from emblazon.sdk.card import CardOptions

from ..home import find_home
from .exit_codes import CommandError

TYPES = {
    "string": "str", "text": "str", "number": "float", "integer": "int", "boolean": "bool", "color": "str",
    "url": "str | HasUrl", "date": "str | date", "list": "list[str] | tuple[str, ...]",
}  # fmt: skip
# Arguments of Card itself: a parameter of that name goes into `params`.
OWN = (*CardOptions.__annotations__, "variant", "params", "cls", "options")
HEAD = '''"""Cards of this site. Written by `emblazon types`: write it anew when templates change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal, Unpack

import emblazon
from emblazon.sdk.card import CardOptions
from emblazon.sdk.card_check import HasUrl, ParamInput

__all__ = ["Card"]


class Card(emblazon.Card):
    """One card; each method is a template, its arguments are the template's parameters."""
'''


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands."""
    for name, run, text, default in (
        ("manifest", run_manifest, "the templates' schemas as JSON, for EMBLAZON_MANIFEST", "-"),
        ("types", run_types, "a typed Card for editors and type checkers: Card.article(title=…)", "cards.py"),
    ):
        parser = commands.add_parser(name, help=text)
        parser.add_argument(
            "-o", "--output", default=default, metavar="FILE", help=f"- is stdout (default: {default})"
        )
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail where the file is not up to date"
        )
        parser.set_defaults(run=run)


def run_manifest(options: argparse.Namespace) -> int:
    """Write the manifest."""
    return _write(options, manifest_to_json(_manifest()).decode() + "\n")


def run_types(options: argparse.Namespace) -> int:
    """Write the typed module."""
    return _write(options, typed_module(_manifest().templates.values()))


def _manifest() -> Manifest:
    from ..project import read_project
    from ..template.library import TemplateLibrary

    home = find_home()
    return TemplateLibrary(home.templates, lambda families: "", read_project(home).brand).manifest("")


def _write(options: argparse.Namespace, text: str) -> int:
    if options.check:
        path = Path(options.output)
        if not path.is_file() or path.read_text("utf-8") != text:
            raise CommandError(f"{options.output} is not up to date: leave --check out to write it.")
        return 0
    if options.output == "-":
        sys.stdout.write(text)
    else:
        Path(options.output).write_text(text, "utf-8")
    return 0


def typed_module(specs: Iterable[TemplateSpec]) -> str:
    """Return a module with a `Card` that has one typed constructor for each template."""
    return HEAD + "".join(_method(spec) for spec in specs)


def _method(spec: TemplateSpec) -> str:
    plain = [
        param for param in spec.params.values() if param.name not in OWN and not keyword.iskeyword(param.name)
    ]
    given = [
        f"        {param.name}: {_annotation(param)},"
        for param in sorted(plain, key=lambda p: not p.required)
    ]
    variants = f"Literal[{', '.join(map(repr, ('', 'auto', *spec.variants)))}]"
    lines = [
        "",
        "    @classmethod",
        f"    def {spec.name.replace('-', '_')}(",
        "        cls,",
        "        *,",
        *given,
        f'        variant: {variants} = "",',
        "        params: Mapping[str, ParamInput] | None = None,",
        "        **options: Unpack[CardOptions],",
        "    ) -> Card:",
        f'        """{_docstring(spec, plain)}"""',
        "        _values: dict[str, ParamInput] = {",  # no parameter begins with a line
        *[f"            {param.name!r}: {param.name}," for param in plain],
        "            **(params or {}),",
        "        }",
        f"        return cls({spec.name!r}, params=_values, variant=variant, **options)",
    ]
    return "\n".join(lines) + "\n"


def _annotation(param: ParamSpec) -> str:
    kind = TYPES.get(param.type) or f"Literal[{', '.join(map(repr, param.choices))}]"
    return kind if param.required else f"{kind} | None = None"


def _docstring(spec: TemplateSpec, params: list[ParamSpec]) -> str:
    told = [f"        {param.name}: {_plain(param.description)}" for param in params if param.description]
    head = _plain(spec.description) or f"A card of the template {spec.name}."
    return "\n".join([head, "", *told, "        "]) if told else head


def _plain(text: str) -> str:
    return " ".join(text.replace("\\", "/").replace('"', "'").split())
