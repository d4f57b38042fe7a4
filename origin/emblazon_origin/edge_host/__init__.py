"""The edge handler on CPython: aiohttp in front, SQLite as KV, memory as the data centre's cache.

app = create_edge_app(EdgeConfig.from_env(os.environ), origin=HttpOrigin(url), kv_path=Path("kv.sqlite"))
"""

from emblazon_origin.edge_host.app import EdgeHost, create_edge_app
from emblazon_origin.edge_host.http_origin import HttpOrigin
from emblazon_origin.edge_host.in_process_origin import InProcessOrigin
from emblazon_origin.edge_host.metrics import PrometheusMetrics
from emblazon_origin.edge_host.passthrough_app import create_passthrough_app
from emblazon_origin.edge_host.runner import edge_runner

__all__ = [
    "EdgeHost",
    "HttpOrigin",
    "InProcessOrigin",
    "PrometheusMetrics",
    "create_edge_app",
    "create_passthrough_app",
    "edge_runner",
]
