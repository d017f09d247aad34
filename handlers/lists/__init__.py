"""三张清单: what is needed, supplied and done for others, and the orders on it."""
