"""What `shaodao` does in a terminal besides running."""
