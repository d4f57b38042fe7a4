"""Flexbox (CSS Flexbox 1 §9).

layout.py     the algorithm, step by step
plan.py       what styles decide alone, found once
items.py      items and their sizes
container.py  the container's axes and gaps
"""
