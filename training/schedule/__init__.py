"""Dated sessions of courses: parts, venues and trainers."""
