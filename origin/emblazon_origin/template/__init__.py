"""Templates: `card.html` and `card.toml` in, HTML with the card's values in it out (docs/architecture.md).

library      TemplateLibrary: loads, versions, reloads and binds the templates of a folder; Bound
card_file    card.toml → TemplateSpec, with errors that name file, key and fix
preview      preview.json: demo data and worst cases
brand        `[brand]` of emblazon.toml, as `card.brand`
environment  the sandbox that templates run in
css_context  values inside <style> and style="" are escaped for CSS
filters      what a template may do with a value: date, number, initials, …
"""

from .library import Bound, TemplateLibrary
from .preview import Preview

__all__ = ["Bound", "Preview", "TemplateLibrary"]
