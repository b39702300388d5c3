"""The front page of each audience, gathered from the stages below."""
