"""Cards for a site that is built ahead of time: read its pages, draw what changed, write the tags.

draw_site.py    a whole run: begin reading here
plugins.py      the same for Sphinx and Pelican; mkdocs_plugin.py for MkDocs
page_rules.py   what a page says, which template it gets with which values (`[pages]` of emblazon.toml)
project_cards.py what a project draws with, pictures of the site among it
card_store.py   pictures by the hash of what they show: drawn once, kept across builds
drawing.py      many cards at once, on every core
"""
