"""What happens to a group of painted items as a whole.

effect_groups.py  opacity, blending, filters, masks and clips around a group
filter.py         filter functions
mask.py           masks
transform.py      transforms
"""
