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
finish.py             computed values to `ComputedStyle`
font_properties.py    computed font properties
generated_content.py  counters, quotes, ::before, ::after, ::marker
first_letter.py       ::first-letter
svg_markup.py         inline <svg> with its rules written in
"""
