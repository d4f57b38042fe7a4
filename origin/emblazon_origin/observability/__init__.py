"""What operators see of the origin; nothing of it holds a secret.

metrics.py    counters and gauges for Prometheus
logs.py       one JSON object a line
alerts.py     webhooks, at most one of a kind in a while
tracking.py   Sentry; tracing.py: OpenTelemetry
redact.py     takes secrets out of all of them
"""
