"""Tables (CSS Tables 3).

layout.py      the algorithm, step by step
generation.py  the table's boxes, missing ones made up
cells.py       cells in their rows and columns
columns.py     column widths
borders.py     collapsed borders
"""
