"""What of SVG the rasteriser does not know, said in its words; and what drawing takes.

svg_bounds.py     numbers beyond what the rasteriser computes with
svg_cost.py       what drawing an SVG image may take, told from its tree before a pixel is drawn
svg_css.py        the CSS of an SVG file, by the same cascade as the document's
svg_direction.py  where lines of SVG text begin: right-to-left ones, spaced ones
svg_geometry.py   geometry of SVG in the rasteriser's words
svg_gradients.py  gradients with newer colours, mixed as CSS mixes them
svg_noise.py      noise of filters where browsers have it
svg_patterns.py   patterns whose tiles are no whole device pixels
svg_runs.py       the fonts of SVG text, run by run
svg_transforms.py transforms about boxes of shapes
svg_words.py      CSS of SVG text and paint in the rasteriser's words
"""
