"""Organisations whose staff are trained: the tree, the sectors, the domains."""
