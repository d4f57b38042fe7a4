"""Templates: `card.html` and `card.toml` in, HTML with the card's values in it out (docs/architecture.md).

library      TemplateLibrary: loads, versions, reloads and binds the templates of a folder; Bound
card_file    card.toml → TemplateSpec, with errors that name file, key and fix; preview.json
brand        `[brand]` of emblazon.toml, as `card.brand`; ground and ink of a card
environment  the sandbox that templates run in
fitting      the largest size at which a text fits a box; a text's script and language
kit.html     what templates share: `{% import "emblazon/kit.html" as kit %}`
filters      what a template may do with a value: date, number, initials, …
"""

from .card_file import Preview
from .library import Bound, TemplateLibrary

__all__ = ["Bound", "Preview", "TemplateLibrary"]
