"""The training plan of a year: sessions, places and targets per agency."""
