"""Font files to glyphs.

families.py        the catalogue of installed families
face.py            one face of a font file
document_fonts.py  faces by @font-face
font_set.py        the fonts of a style in fallback order
font_instance.py   a face at one set of variation coordinates
font_library.py    all fonts, and instances of them
font_metrics.py    ascents, descents and their kin
vertical_metrics.py  where upright glyphs of vertical text hang from
overlaps.py        glyphs whose contours lie over each other
glyphs.py          glyphs as pixels and paths
draw.py            runs as pixels
svg_text.py        the files that the text of an SVG needs
brought_fonts.py   fonts that an SVG file brings along
coverage_page.py   docs/fonts.md: what no font draws
"""
