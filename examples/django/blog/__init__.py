"""A blog with one model."""
