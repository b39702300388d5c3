"""Who was there: registers, marks and walk-ins."""
