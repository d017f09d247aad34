"""The demo: a small district, its phones, its people and their day; and its plug."""
