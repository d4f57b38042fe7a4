"""The origin: HTML and CSS cards to pixels, served by aiohttp.

The pipeline, in its order: `style`, `assets`, `layout` (with `text`), `paint`, `encode`.

render            the pipeline itself: HTML in, an image out
bound_request     a template with a card's values as the pipeline's request
prepared          documents kept between renders
ground            what most drawings of one document lie on, and what encoders know of it
report            what a render has to say, also in few lines
errors, limits    what can go wrong, and what bounds one render
read_only         the decorator of what a stage hands on
renderer_version  changes with anything that can change pixels

Around it:

template          card.html and card.toml
explain           findings, and `lint`
platforms         what platforms take as the picture of a link
project, home     emblazon.toml; the folders of templates and fonts
fontsetup         fills fonts/vendor
caching           every cache of a process under one budget
processes         what a process that draws is told about itself
workers           processes that render
storage           where rendered cards are kept
server            the origin over HTTP
host              the edge handler on CPython
site              a built site's pages
observability     logs, traces
cli               the `emblazon` command

clusters.py  grapheme clusters, in linear time
"""
