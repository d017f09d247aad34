"""Workbooks (.xlsx) of every feature: made for people, and read when they come back."""
