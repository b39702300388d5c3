"""What the partnership offers: courses, their editions and what people learn in them."""
