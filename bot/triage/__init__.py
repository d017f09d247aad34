"""What a free text means, read before it is queued."""
