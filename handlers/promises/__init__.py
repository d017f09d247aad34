"""Promises on the board (微承诺), and deeds that were done (微奉献)."""
