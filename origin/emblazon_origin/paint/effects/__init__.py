"""What happens to a group of painted items as a whole.

effect_groups.py  opacity, blending, filters, masks and clips around a group
filter.py         filter functions
mask.py           masks
transform.py      transforms
plain_group.py    groups that need no surface of their own

svg_effects.py  SVG `<clipPath>`, `<mask>` and `<filter>` on boxes
"""
