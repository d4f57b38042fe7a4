"""Tables (CSS Tables 3).

layout.py        the algorithm, step by step
generation.py    the table's boxes, missing ones made up
columns.py       column widths
rows.py          row heights
"""
