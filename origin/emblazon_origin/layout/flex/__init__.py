"""Flexbox (CSS Flexbox 1 §9).

layout.py     the algorithm, step by step
items.py      items and their sizes
container.py  the container's axes and gaps
align.py      alignment on both axes
balance.py    how many items go on each line of `flex-wrap: balance`
"""
