"""Whistles: blown, answered by the units, chased by the clock, concluded, judged."""
