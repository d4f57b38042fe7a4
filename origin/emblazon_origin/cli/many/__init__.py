"""Commands for many cards at once.

pages.py   `emblazon pages`: a built site
export.py  `emblazon export`: a list (card_list.py) into a folder or a bucket
"""
