"""Adapters that bind the edge ports to a host."""
