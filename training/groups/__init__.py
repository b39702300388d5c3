"""Several people at once: group bookings, and places reserved for an agency until it names who comes."""
