"""What a deployment is told and what it tells: manifest and epochs, purges, published cards, cron and queue.

control.py      the manifest and the purge epochs that every request needs
scheduled.py    cron and queue: re-warming, fallback looks, healed purges
ahead.py        cards drawn before anybody asks: the site's new pages
drawings.py     what cron, the queue and a release do with one card
site_pages.py   the pages that a site names in sitemaps and feeds, and the cards that a page names
purge.py        `POST /purge`: what it asks for, read strictly, and how each tier is told
publish.py      `POST /api/cards`
events.py       `POST /api/events`
short.py        short URLs `/c/{id}.{ext}`
guard.py        who may call these endpoints, how often, and the JSON object of a call
"""
