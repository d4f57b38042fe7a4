"""A shared HTTP cache (RFC 9111) in front of any origin, built from the edge's own parts.

`emblazon serve --passthrough URL` mounts it, so that public suites for HTTP caches can be pointed at the same
freshness, conditional and Cache-Status code that serves cards.

application.py   the aiohttp application
forwarder.py     asks the origin
proxy.py         one request's way
responses.py     what is stored, and what RFC 9111 says of it
"""

from .proxy import Passthrough

__all__ = ["Passthrough"]
