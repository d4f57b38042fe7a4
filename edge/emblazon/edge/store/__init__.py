"""Stored cards: where they lie, what is known of them, whether they may be served.

tiers.py      the Cache API, KV and the blob store, in the order in which they are asked
record.py     what is kept beside a card
freshness.py  fresh, stale, usable on error, or a miss
epochs.py     the counters of purges, and how they get into KV and stay there
hot.py        which cards are asked for most
circuit.py    the circuit breaker
flight.py     single flight where requests must not wait on each other's promises
"""
