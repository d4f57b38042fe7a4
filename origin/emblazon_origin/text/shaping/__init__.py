"""Inline items to shaped glyphs.

inline_content.py  items to one string for each paragraph
text_transform.py  `text-transform`
scripts.py         script runs
bidi.py            the bidirectional algorithm
itemize.py         stretches of one font, size, script and level
shape.py           shaping with HarfBuzz
shaper.py          a stretch and its shaping at a size
small_caps.py      small capitals
han_kerning.py     `text-spacing-trim`
"""
