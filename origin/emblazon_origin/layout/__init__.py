"""Layout: styled tree → positioned boxes (docs/architecture.md, origin step 6).

document.py       the stage: a styled document in, the positioned box tree out
engine.py         one box: its used size, its content by the algorithm of its kind
context.py        what every algorithm is given, and the way back into the engine
frame.py          constraints of a box, and the frame that its content fills
sizing.py         used edges, sizes and limits from computed ones
height_needs.py   what a box looks at of heights
intrinsic.py      min-content and max-content widths
contributions.py  what a box asks of its container
item_plans.py     items of flex containers and grids in their order
alignment.py      keywords of box alignment to offsets
anchoring.py      where anchors lie, for boxes placed by them
absolute.py       absolutely positioned boxes
turned.py         boxes in another writing mode than the one around
flow_space.py     places in a flow to places on the canvas and back
motion_place.py   where the motion path of a box lies
ruled_gaps.py     rules in the gaps of grid, flex and columns
placement.py      a child put into its parent's content
renewal.py        what was known of a box, found right again
layout_unit.py    lengths on the grid of 1/64 px
layout_work.py    the work that one card's layout may take

Folders: `boxes` (the box tree before and after), `flow`, `flex`, `grid` and `table` (one algorithm each).
"""
