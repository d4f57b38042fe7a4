"""The edge handler on CPython: aiohttp in front, SQLite as KV, memory as the data centre's cache.

app = create_edge_app(EdgeConfig.from_env(os.environ), origin=HttpOrigin(url), kv_path=Path("kv.sqlite"))

edge_app.py            the aiohttp application; runner.py: its connections; forwarded.py: trusted proxies
asyncio_ports.py       clock, randomness, background work, single flight, log
sqlite_kv.py           KV; memory_cache.py: the data centre's cache
http_origin.py         an origin over HTTP; in_process_origin.py: one in this process
edge_metrics.py        the edge's numbers for Prometheus; sqlite_analytics.py: who unfurled what,
                       unfurl_counts.py: the same by day
wrangler.py            the Worker on this machine, for `emblazon dev`; deploy_check.py: before a deploy
"""

from .edge_app import ANALYTICS_FILE, HOST, EdgeHost, check_operator, create_edge_app
from .edge_metrics import PrometheusMetrics
from .forwarded import TrustedProxies
from .http_origin import HttpOrigin
from .in_process_origin import InProcessOrigin
from .passthrough.application import create_passthrough_app
from .runner import edge_runner

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
