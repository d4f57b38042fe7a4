"""What a site imports; `emblazon` itself re-exports it.

card.py          a card: its URL, signed where there is a key, and its elements
card_values.py   what a site passes, as the texts that a URL carries
meta.py          the `<meta>` elements
client.py        short URLs by `POST /api/cards`
invalid_card.py  the one error
"""
