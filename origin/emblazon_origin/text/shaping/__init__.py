"""Inline items to shaped glyphs.

inline_content.py  items to one string for each paragraph
scripts.py         script runs
bidi.py            the bidirectional algorithm
itemize.py         stretches of one font, size, script and level
orientation.py     which characters stand upright in vertical text
shape.py           shaping with HarfBuzz
shaper.py          a stretch and its shaping at a size
"""
