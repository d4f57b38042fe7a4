"""What a site imports; `emblazon` itself re-exports it.

card               a card: its URL, signed where there is a key, and its elements
card_options       the arguments that are not the template's
card_values        what a site passes, as the texts that a URL carries
card_check         a card against its template's schema, relative addresses against the site
known_templates    where schemas are learnt: a file, the project on disk, the edge
templates_on_disk  `card.toml` files as far as pages need them
telling            warnings, once for each thing; exceptions where tests run
alt                the alternative text of a card
meta               `<meta>` elements, pairs, JSON-LD
probe              a card of no template, to check a site's settings with
client             short URLs by `POST /api/cards`
invalid_card       the one error
"""
