"""Shapes to coverage, coverage to pixels: the canvas below all painting.

geometry.py      rectangles and matrices
path.py          paths
stroke.py        strokes to outlines
outline_font.py  outlines through HarfBuzz's rasteriser
rasterizer.py    paths to masks
surface.py       surfaces and pastes; ground_surface.py: one that notes what is drawn on a known picture
blend.py         blend modes
blur.py          blurs
color_space.py   linear light
"""
