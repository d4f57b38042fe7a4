"""Storage: where exported cards go."""
