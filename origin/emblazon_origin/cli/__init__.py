"""The `emblazon` command: main.py parses the line and runs one of the others.

serve.py                       `serve`, `origin`, `dev`; embedded.py runs the first, dev.py the last
render.py, explain_command.py  one card: `render`; `explain`, `lint`
many/                          many cards: `export`, `pages`, `warm`
project/                       a project as a whole: `init`, `config`, `doctor`, …
sign.py, url_command.py        addresses; purge.py: forget cards
schema_commands.py             `manifest`, `types`: the templates' schemas
fonts_command.py               `fonts`; completion.py: `completion`
gallery.py                     the page at `/` of the local server
card_input.py, numbers.py      arguments; exit_codes.py: how commands end
outputs.py                     what `--json` prints; reference.py writes docs/cli.md
late_modules.py                modules that are loaded only where a card needs them
"""

from __future__ import annotations

from .main import main

__all__ = ["main"]
