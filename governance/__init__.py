"""What may happen: rules as values in, decisions out. Standard library only."""
