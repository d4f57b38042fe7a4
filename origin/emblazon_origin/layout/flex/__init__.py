"""Flexbox (CSS Flexbox 1 §9).

layout.py     the algorithm, step by step
items.py      items and their sizes
container.py  the container's axes and gaps
"""
