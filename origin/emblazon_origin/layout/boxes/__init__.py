"""The box tree: what layout takes, and the fragments that it gives.

box.py             positioned boxes, as painting takes them
nodes.py           the box tree before layout
fragment.py        what one layout of a node gives
shape_geometry.py  basic shapes and round corners as numbers
box_generation.py  styled elements to boxes (CSS Display 3)
turned_node.py     a box in another writing mode: an outer and an inner one
box_tree.py        fragments to positioned boxes
box_findings.py    what columns and tables do not do as a browser would
"""
