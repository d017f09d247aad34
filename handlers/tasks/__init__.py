"""Volunteer tasks: published, claimed by tap, done, and confirmed by somebody else."""
