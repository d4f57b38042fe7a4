"""Tables (CSS Tables 3).

layout.py        the algorithm, step by step
generation.py    the table's boxes, missing ones made up
cells.py         cells in their rows and columns
columns.py       column widths
column_boxes.py  declared columns and their backgrounds
borders.py       collapsed borders
"""
