"""Who asked for a place, who has one, who waits, and what their calendars say."""
