"""Colours of CSS Color 4 and 5.

css_color.py  every syntax
names.py      named and system colours
spaces.py     conversion between spaces
"""
