"""通知: one message to many people, how far it has come, who knows, and taking it back."""
