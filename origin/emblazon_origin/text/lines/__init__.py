"""Shaped text to lines.

prepare.py              items to a shaped paragraph
paragraph.py            a paragraph, prepared once and broken many times
break_opportunities.py  where lines may break (UAX #14)
line_breaking.py        which breaks are taken
draft.py                a line before it is placed
builder.py              a draft to a line box
justify.py              `text-align: justify`
ellipsis.py             truncation
"""
