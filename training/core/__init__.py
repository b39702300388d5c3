"""What every stage stands on and which knows none of them."""
