"""HTML text to the tree that rules match against.

html.py                  parsing
presentational_hints.py  attributes as declarations
image_source.py          which file an <img> shows
unsupported_elements.py  elements that are not drawn as a browser would
"""
