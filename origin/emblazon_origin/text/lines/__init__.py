"""Shaped text to lines.

prepare.py              items to a shaped paragraph
paragraph.py            a paragraph, prepared once and broken many times
break_opportunities.py  where lines may break (UAX #14)
line_breaking.py        which breaks are taken
wrap_style.py           `text-wrap-style`
beside_floats.py        lines beside floats
draft.py                a line before it is placed
builder.py              a draft to a line box
justify.py              `text-align: justify`
ellipsis.py             truncation
vertical.py             the vertical side of a line
fit.py                  `text-fit`
intrinsic_widths.py     min-content and max-content
line_findings.py        what a block's lines have to say
"""
