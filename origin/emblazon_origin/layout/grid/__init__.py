"""Grid (CSS Grid 2 §12).

layout.py          the algorithm, step by step
items.py           items and what they contribute
auto_placement.py  where items go
plan.py            what styles decide alone, found once
subgrid.py         tracks taken from the grid around
tracks.py          track sizes
"""
