"""What text paints.

line_items.py      the display items of one line
runs.py            glyph runs
decoration.py      underlines and their kind
text_clip.py       `background-clip: text`

inline_slices.py   inline boxes that are broken over several lines, put together again
"""
