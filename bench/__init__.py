"""Measurements, as ratios that mean the same on every machine; never part of the tests."""
