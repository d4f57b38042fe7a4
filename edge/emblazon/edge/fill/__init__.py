"""On a miss: ask the origin, check and keep its answer; refresh later; never fail.

ask.py         one question to the origin, and whether its answer is complete
fill.py        ask, keep, hand on
revalidate.py  the refresh after a stale card went out, and who does it
fallback.py    a real card although the origin gave none

last_resort.py  the picture of last resort, without an image library
"""
