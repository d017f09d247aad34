"""Reports by others: found on patrol, passed on from a group, for somebody else."""
