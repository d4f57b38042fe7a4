"""The origin as a server: a request in, a card out (docs/architecture.md, "At the origin").

app.py               aiohttp in front: sockets, signals, draining; `python -m` runs it
connection.py        one client connection, with deadlines, and how many there may be
config.py            reads the settings (settings_table.py) and checks them
origin_server.py     the whole origin as one object: its parts and the tasks that look after them
middleware.py        around every request: id, trace, errors, access line, counters
routes.py            which request gets which response; messages.py: what both are; openapi.py: for machines
service.py           finds or renders a card: memory.py, single_flight.py, fleet.py (Redis), then the pool
headers.py           a finished card as it is kept, and its header fields
watch.py             notices that templates or fonts changed
"""
