"""Which declaration wins on each element, and the values that follow from it.

walk.py               the walk over the tree
sheets.py             the document's style sheets in cascade order
rules.py              rules in buckets
winners.py            the cascade of one element
custom_properties.py  custom properties
registered.py         @property
substitute.py         declarations whose var() is known now
unresolved.py         reports of var() that did not resolve
compute.py            cascaded to computed values
computed_values.py    computed values to the fields of `ComputedStyle`
element_values.py     what an element hands to its children
font_properties.py    computed font properties
generated_content.py  counters, quotes, ::before, ::after, ::marker
first_letter.py       ::first-letter
svg_markup.py         inline <svg> with its rules written in
svg_shapes.py         what CSS says of a shape, as an SVG rasteriser reads it
svg_references.py     clip paths, masks and filters by url(#id)
"""
