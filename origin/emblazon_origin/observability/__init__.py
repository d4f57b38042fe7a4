"""Observability: metrics, logs, alerts, error tracking, traces; redaction for all of them."""
