"""Shaped text to lines.

prepare.py              items to a shaped paragraph
paragraph.py            a paragraph, prepared once and broken many times
break_opportunities.py  where lines may break (UAX #14)
line_breaking.py        which breaks are taken
line_alignment.py       where a line lies in its room
text_traits.py          what is asked of a style again and again
plain_paragraph.py      a paragraph of one style and font, the short way
plain_lines.py          its lines
draft.py                a line before it is placed
builder.py              a draft to a line box
box_metrics.py          how high what is on a line makes it
emphasis.py             marks over or under each character
ruby.py                 how bases and annotations share their room
annotations.py          annotations over or under their bases
justify.py              `text-align: justify`
ellipsis.py             truncation
"""
