"""The rates of cases in chat, each with the cases behind it."""
