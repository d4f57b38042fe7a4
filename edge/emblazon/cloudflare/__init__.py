"""Adapters that bind the edge ports to a host.

js.py         crossing between Python and JavaScript, alike on both Worker runtimes; bodies that stay there
origin.py     the origin, reached with the runtime's `fetch`
services.py   clock, randomness, background work, logs, and the platform's optional services as ports
short_way.py  a plain hit on a URL that is known (`edge.hits`)
storage.py    KV, the Cache API and R2 as ports
"""
