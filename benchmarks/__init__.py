"""Speed and memory, measured beside peers and the floor in one run."""
