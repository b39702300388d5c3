"""Who came, from which agency, against the plan."""
