"""The edge handler on CPython: aiohttp in front, SQLite as KV, memory as the data centre's cache.

app = create_edge_app(EdgeConfig.from_env(os.environ), origin=HttpOrigin(url), kv_path=Path("kv.sqlite"))
"""

from .edge_app import HOST, EdgeHost, check_operator, create_edge_app
from .edge_metrics import PrometheusMetrics
from .forwarded import TrustedProxies
from .http_origin import HttpOrigin
from .in_process_origin import InProcessOrigin
from .passthrough.application import create_passthrough_app
from .runner import edge_runner

__all__ = [
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
