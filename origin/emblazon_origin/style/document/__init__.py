"""HTML text to the tree that rules match against.

html.py                  parsing
doctype.py               which quirks the document gets
presentational_hints.py  attributes as declarations
table_hints.py           those of tables
image_source.py          which file an <img> shows
"""
