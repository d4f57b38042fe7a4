"""Shaped text to lines.

prepare.py              items to a shaped paragraph
paragraph.py            a paragraph, prepared once and broken many times
break_opportunities.py  where lines may break (UAX #14)
line_breaking.py        which breaks are taken
line_alignment.py       where a line lies in its room
plain_lines.py          lines of a text of one style and font, the short way
draft.py                a line before it is placed
builder.py              a draft to a line box
emphasis.py             marks over or under each character
ruby.py                 how bases and annotations share their room
annotations.py          annotations over or under their bases
justify.py              `text-align: justify`
ellipsis.py             truncation
"""
