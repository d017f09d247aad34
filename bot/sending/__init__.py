"""How a message leaves: laid into the outbox, drawn for its reader, sent, and marked."""
