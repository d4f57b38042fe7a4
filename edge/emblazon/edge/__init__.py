"""The edge handler: sans-IO core behind ports (docs/architecture.md, docs/caching.md).

config.py           everything about the edge that its deployer may set
exchange.py         one request on its way through the edge, and its data point
hits.py             what a raw URL led to
keying.py           steps 1 to 3: parse, verify, key
messages.py         requests, responses and their bodies
public_manifest.py  `GET /manifest.json` of the edge
respond.py          turn a card, a problem or a small document into a response
serve.py            steps 4 to 8
"""
