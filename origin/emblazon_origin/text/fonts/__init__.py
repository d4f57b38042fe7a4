"""Font files to glyphs.

font_lock.py       whether the files are those of fonts.lock
families.py        the catalogue of installed families
face.py            one face of a font file
document_fonts.py  faces by @font-face
font_match.py      which face serves a style
font_set.py        the fonts of a style in fallback order
font_instance.py   a face at one set of variation coordinates
font_adjustment.py size-adjust and the metric overrides of @font-face
font_library.py    all fonts, and instances of them
font_metrics.py    ascents, descents and their kin
measures.py        ex, cap, ch, ic
emoji.py           text or emoji presentation
coverage.py        contrast and gamma of coverage
glyphs.py          glyphs as pixels and paths
draw.py            runs as pixels
svg_text.py        the files that the text of an SVG needs
coverage_page.py   docs/fonts.md: what no font draws
"""
