"""Deeds on a session that people have booked: moving it, calling it off, changing its places or details."""
