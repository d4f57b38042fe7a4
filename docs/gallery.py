"""Writes docs/gallery.md, the page of the shipped templates: `python docs/gallery.py`, or `make docs`."""

from __future__ import annotations

from pathlib import Path

from emblazon.contract.schema import ParamSpec, TemplateSpec
from emblazon_origin.template.library import TemplateLibrary

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "gallery.md"
INTRODUCTION = """# The shipped templates

<!-- Written from templates/*/card.toml by make docs; a test keeps it current. -->

![Every template with its preview](pictures/gallery.jpg)

Each is drawn at any size: wide, 2:1, square. `[brand]` in `emblazon.toml` gives all of them name, logo,
colours, fonts, corners and a picture ([how](templates.md#the-brand)). `scheme` turns the ground light or
dark, as `_v=dark` does. A picture that cannot be had closes its gap. The previews' photographs are drawn by a
program of ours, `docs/photographs/`.

    emblazon render event --preview -o card.png      # look at one
    emblazon eject event                             # copy it to templates/event/ and change it

`emblazon lint` draws each with long, short, missing and foreign texts, and without its pictures.
"""


def page(library: TemplateLibrary) -> str:
    """Return the page as Markdown: what each template is for, and its parameters."""
    return "\n".join([INTRODUCTION, *(_section(spec) for spec in library.specs.values())])


def _section(spec: TemplateSpec) -> str:
    rows = "\n".join(_row(param) for param in spec.params.values())
    variants = ", ".join(f"`_v={name}`" for name in spec.variants)
    looks = f" Looks: {variants}." if variants else ""
    head = f"## {spec.name}\n\n{spec.description}{looks}\n"
    return f"{head}\n| parameter | type | |\n|---|---|---|\n{rows}\n"


def _row(param: ParamSpec) -> str:
    kind = f"{param.type}, required" if param.required else param.type
    if param.type == "choice" and len(param.choices) <= 4:
        kind = " ".join(f"`{choice}`" for choice in param.choices)
    return f"| `{param.name}` | {kind} | {param.description.replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    PAGE.write_text(page(TemplateLibrary(ROOT / "templates", lambda families: "")), "utf-8")
