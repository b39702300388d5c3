"""What people have done and may do."""
