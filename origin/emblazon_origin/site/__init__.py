"""Cards for a site that is built ahead of time: read its pages, draw what changed, write the tags.

draw_site.py    a whole run: begin reading here
site_build.py   its steps
plugins.py      the same for Sphinx and Pelican; mkdocs_plugin.py for MkDocs
page_facts.py   what a built page says of itself
page_rules.py   which template a page gets, and with which values (`[pages]` of emblazon.toml)
project_cards.py what a project draws with
card_batch.py   who waits for which picture
card_store.py   pictures by the hash of what they show: drawn once, kept across builds
site_images.py  pictures of the site itself, read from its folder instead of the network
drawing.py      many cards at once, on every core
"""
