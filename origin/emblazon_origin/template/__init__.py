"""Templates: `card.html` and `card.toml` in, HTML with the card's values in it out (docs/architecture.md).

library      TemplateLibrary: loads, versions, reloads and binds the templates of a folder; Bound
card_file    card.toml → TemplateSpec, with errors that name file, key and fix
preview      preview.json: demo data and worst cases
brand        `[brand]` of emblazon.toml, as `card.brand`
environment  the sandbox that templates run in
css_context  values inside <style> and style="" are escaped for CSS
schemes      scheme, ground and ink of a card; contrast
writing      script and digits of a text, the language that it tells
fitting      the largest size at which a text fits a box
highlight    code with its syntax marked
kit.html     what templates share: `{% import "emblazon/kit.html" as kit %}`
filters      what a template may do with a value: date, number, initials, …
"""

from .library import Bound, TemplateLibrary
from .preview import Preview

__all__ = ["Bound", "Preview", "TemplateLibrary"]
