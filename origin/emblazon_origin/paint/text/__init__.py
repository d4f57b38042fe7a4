"""What text paints.

line_items.py  the display items of one line
runs.py        glyph runs
decoration.py  underlines and their kind
text_clip.py   `background-clip: text`
"""
