"""What one box paints: backgrounds, borders, shadows, outlines, images.

box_items.py       the display items of one box
box_geometry.py    its edges and radii
background.py      background layers
gradient.py        gradients to pixels
image.py           images in their boxes
float_pictures.py  how opaque pictures are that lines flow around
tile.py            repeated images
border.py          border sides and corners
border_image.py    border images
box_shadow.py      shadows
shape.py           basic shapes of clip-path
"""
