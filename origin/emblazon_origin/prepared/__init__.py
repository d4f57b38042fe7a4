"""Documents kept between requests: a template is prepared once, a request pays for what changed.

skeleton.py        HTML without its texts, and the texts
text_places.py     which text node of the document each of them is
prepared_card.py   one document with its styles, boxes and pixels; draws itself again with other texts
prepared_cards.py  the documents that are kept, by their skeletons

watched_resources.py  resources that remember what they gave, so that a kept document notices
"""
