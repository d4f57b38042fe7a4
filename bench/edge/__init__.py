"""The edge beside the same worker in JavaScript, under one `wrangler dev`: `python -m bench.edge`.

workers     the two workers under the pinned wrangler, and their processor time
traffic     an origin that answers at once, and a client that asks again and again
"""
