"""What is said: conversations, card choices, ticks, and the words they speak."""
