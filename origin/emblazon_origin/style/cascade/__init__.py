"""Which declaration wins on each element, and the values that follow from it.

walk.py               the walk over the tree
quirks.py             what documents without a doctype have of their own
sheets.py             the document's style sheets in cascade order
winners.py            the cascade of one element
alike.py              elements that are alike, styled once
animations.py         the frame that an animation leaves behind
element_findings.py   what is said of elements drawn otherwise than in browsers
element_functions.py  attr(), if(), sibling-index(), @function
custom_properties.py  custom properties
flows.py              the writing modes around an element's children
compute.py            cascaded to computed values
containers.py         what container queries and their units ask
computed_values.py    computed values to the fields of `ComputedStyle`
font_properties.py    computed font properties
generated_content.py  counters, quotes, ::before, ::after, ::marker
svg_markup.py         inline <svg> with its rules written in
svg_references.py     clip paths, masks and filters by url(#id)
"""
