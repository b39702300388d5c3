"""What calendars subscribe to, and what they answer to invitations."""
