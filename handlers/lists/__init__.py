"""三张清单: what is needed, supplied and done for others, and the bookings on it."""
