"""What one box paints: backgrounds, borders, shadows, outlines, images.

box_items.py       the display items of one box
box_geometry.py    its edges and radii
background.py      background layers
gradient.py        gradients to pixels
gradient_stops.py  colour stops
image.py           images in their boxes
tile.py            repeated images
tile_sheet.py      many tiles in one picture
border.py          border sides and corners
border_shade.py    two-toned styles
border_image.py    border images
box_shadow.py      shadows
outline.py         outlines
shape.py           basic shapes of clip-path

svg_backdrop.py  inline SVG over a copy of the pixels below it
"""
