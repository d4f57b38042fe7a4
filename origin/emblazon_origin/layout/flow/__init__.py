"""Normal flow: block and inline formatting contexts, floats.

block.py              block formatting
inline_context.py     inline formatting: text measured by the text stage
floats.py             floats and the room beside them
float_shape.py        the outline of a float that lines follow
float_placement.py    where a float goes
list_markers.py       markers of list items
"""
