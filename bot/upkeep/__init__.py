"""What keeps it running for years: is it well, what stands still, what is copied, what may go."""
