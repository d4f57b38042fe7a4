"""What happens to a group of painted items as a whole.

effect_groups.py  opacity, blending, filters, masks and clips around a group
filter.py         filter functions
mask.py           masks
transform.py      transforms as matrices
motion_path.py    where a box stands on its motion path
solid.py          matrices of space, and how they show a plane
planes.py         planes in space: projected, and sorted by depth
"""
