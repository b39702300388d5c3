"""Fair shares of a session: limits of agencies, application windows, and the allotment at their close."""
