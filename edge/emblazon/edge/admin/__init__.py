"""What a deployment is told and what it tells: manifest and epochs, purges, published cards, cron and queue.

control.py      the manifest and the purge epochs that every request needs
scheduled.py    cron and queue: re-warming, fallback looks, healed purges
ahead.py        cards drawn before anybody asks: the site's new pages
drawings.py     what cron, the queue and a release do with one card
sitemaps.py     sitemaps and feeds; page_card.py: the cards that a page names
purge.py        `POST /purge`, and how each tier is told
purge_order.py  what one purge asks for, read strictly
publish.py      `POST /api/cards`
events.py       `POST /api/events`
short.py        short URLs `/c/{id}.{ext}`
guard.py        who may call these endpoints, and how often
"""
