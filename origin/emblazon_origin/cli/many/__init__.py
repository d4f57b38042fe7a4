"""Commands for many cards at once.

pages.py   `emblazon pages`: a built site
export.py  `emblazon export`: a list of cards into a folder or a bucket
warm.py    `emblazon warm`: what a running edge is to have (warm_run.py)
progress.py how far they are
"""
