"""What a month costs, simulated on the real handler: `python -m bench.cost`.

world       data centres, KV and R2 that count, an origin that draws at once
month       the requests, purges and releases of a month
bill        counts to dollars, by `prices.json`
"""
