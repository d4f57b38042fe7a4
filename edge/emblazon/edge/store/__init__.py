"""Stored cards: where they lie, what is known of them, whether they may be served, who refreshes them.

tiers.py      the Cache API, KV and the blob store, in the order in which they are asked
record.py     what is kept beside a card
freshness.py  fresh, stale, usable on error, or a miss
epochs.py     the counters of purges
lease.py      one refresh for each key
hot.py        which cards are asked for most
circuit.py    the circuit breaker
flight.py     single flight where requests must not wait on each other's promises

epoch_log.py  how purge epochs get into KV and stay there
"""
