"""The training pool: who may teach what, who was asked, and finding somebody when a trainer cannot come."""
