"""What difference it made: forms, requests, answers."""
