"""The edge handler on CPython: aiohttp in front, SQLite as KV, memory as the data centre's cache.

app = create_edge_app(EdgeConfig.from_env(os.environ), origin=HttpOrigin(url), kv_path=Path("kv.sqlite"))

edge_app.py            the aiohttp application, its runner, its trusted proxies
asyncio_ports.py       clock, randomness, background work, single flight, log, the data centre's cache
sqlite_kv.py           KV
origin_ports.py        the origin over HTTP, or in this process
edge_metrics.py        the edge's numbers for Prometheus; sqlite_analytics.py: who unfurled what
wrangler.py            the Worker on this machine, for `emblazon dev`; deploy_check.py: before a deploy
"""

from .edge_app import (
    ANALYTICS_FILE,
    HOST,
    EdgeHost,
    TrustedProxies,
    check_operator,
    create_edge_app,
    edge_runner,
)
from .edge_metrics import PrometheusMetrics
from .origin_ports import HttpOrigin, InProcessOrigin
from .passthrough.application import create_passthrough_app

__all__ = [
    "ANALYTICS_FILE",
    "HOST",
    "EdgeHost",
    "HttpOrigin",
    "InProcessOrigin",
    "PrometheusMetrics",
    "TrustedProxies",
    "check_operator",
    "create_edge_app",
    "create_passthrough_app",
    "edge_runner",
]
