"""Everybody known to the partnership: addresses, employments, roles, accounts."""
