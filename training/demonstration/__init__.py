"""Demonstration data: an invented partnership whose yearly totals equal published ones."""
