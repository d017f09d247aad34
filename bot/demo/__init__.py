"""The demo: a small district in this process, its phones, its people and their day."""
