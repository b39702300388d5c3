"""Deeds on all tables: merging people, retention, one person's data, export and load."""
