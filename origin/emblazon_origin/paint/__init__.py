"""Paint: positioned boxes → display list → Pillow canvas (docs/architecture.md, origin step 7).

context.py       what every painting step needs to know of the render
costs.py         what drawing steps cost, by their styles (units of `work.py`)
display_list.py  the display list
display_plan.py  the display list of the boxes of an earlier drawing
kept_display.py  what painting keeps of a document that comes again with other texts
painter.py       a painter is where drawing happens now
stacking.py      painting order
traits.py        what painting asks of a style, found once
work.py          the work that painting a card may take, counted before each step
"""
