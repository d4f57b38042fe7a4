"""The studio: templates, a form, a live preview and what each platform makes of it, at `/studio`.

add_studio(app, StudioContext(home, settings, config))     # on an aiohttp application

studio_app         routes, who may use them, headers
workshop           draws with the templates as they are on disk; live_renderer: the same from an event loop
template_fault     an error with its place and the lines around it
snippets           a card as URL, meta elements, Python, Jinja, Django, Markdown
static_pages       the page with every example drawn ahead, for a site
save_watch         notices saved files, draws what changed, tells the terminal and the pages

`assets/` is the page: HTML, CSS and ES modules, as they are; no build step, nothing from the network.
"""

from .studio_app import StudioContext, add_studio

__all__ = ["StudioContext", "add_studio"]
