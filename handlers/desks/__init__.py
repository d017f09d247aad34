"""Cases as officers look through them: lists, search, the morning's brief."""
