"""Documents kept between requests: a template is prepared once, a request pays for what changed.

skeleton.py        HTML without its texts, and the texts
prepared_cards.py  the documents that are kept, by their skeletons
"""
