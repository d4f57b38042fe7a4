"""Shapes to coverage, coverage to pixels: the canvas below all painting.

geometry.py      rectangles and matrices
path.py          paths
svg_path.py      path data of SVG
curve.py         curves to lines
stroke.py        strokes to outlines
dash.py          dashes
outline_font.py  outlines through HarfBuzz's rasteriser
rasterizer.py    paths to masks
scanline.py      coverage by scan line
clip.py          clips
surface.py       surfaces and pastes
blend.py         blend modes
blur.py          blurs
color_space.py   linear light
"""
