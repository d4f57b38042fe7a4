"""What a site imports; `emblazon` itself re-exports it.

card               a card: its URL, signed where there is a key, and its elements
card_check         what a site passes, as the texts that a URL carries; then against its template's schema
known_templates    where schemas are learnt: a file, the project on disk, the edge
telling            the one error; warnings, once for each thing; exceptions where tests run
meta               `<meta>` elements, pairs, JSON-LD, and the alternative text
client             short URLs by `POST /api/cards`
"""
