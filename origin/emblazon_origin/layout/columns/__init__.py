"""Multi-column layout (CSS Multi-column Layout 1), its content cut as CSS Fragmentation 3 has it.

flow.py      the runs of content between spanners
breaking.py  where a run may be broken, and where it is
slicing.py   the boxes of one column
layout.py    the algorithm
"""
