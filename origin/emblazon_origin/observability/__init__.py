"""What operators see of the origin; nothing of it holds a secret.

metrics.py    counters and gauges for Prometheus
tracing.py    OpenTelemetry spans
logs.py       one JSON object a line, redacted
alerts.py     webhooks, at most one of a kind in a while; Sentry
"""
