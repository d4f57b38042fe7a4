"""Settings, addresses and the WSGI application of the example."""
