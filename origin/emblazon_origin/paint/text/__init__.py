"""What text paints.

line_items.py      the display items of one line
raised_inlines.py  positioned inline boxes, by their z-index
runs.py            glyph runs
turned_lines.py    lines that do not run from left to right
upright.py         upright glyphs of vertical text
decoration.py      underlines and their kind
text_clip.py       `background-clip: text`

inline_slices.py   inline boxes that are broken over several lines, put together again
"""
