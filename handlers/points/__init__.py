"""Points: what was earned, by what rule, and how anybody may object."""
