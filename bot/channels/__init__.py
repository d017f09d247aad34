"""One room per messenger; each knows its SDK and `handlers.message`, nothing else."""
