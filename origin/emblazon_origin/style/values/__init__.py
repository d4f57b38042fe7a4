"""Values of properties: reading them, computing them, and the types that later stages see.

tokens.py          a cursor over component values
terms.py           typed numeric expressions
calculation.py     numbers, lengths, angles
units.py           units and what they are relative to
positions.py       <position>
image_values.py    <image>
backgrounds.py     background and mask layers
border_images.py   border-image
gap_lists.py       lists with a value for each gap
track_list.py      grid tracks, areas, lines
anchors.py         anchor() and anchor-size()
drawn_shapes.py    shape() as path data
counter_styles.py  counter styles
value_types.py     the types of computed values
computed.py        `ComputedStyle`
containing.py      which boxes contain absolute and fixed ones
writing_modes.py   writing modes: styles as the lines of a flow see them
dom.py             the styled tree
budget.py          a bound on the work of one document
"""
