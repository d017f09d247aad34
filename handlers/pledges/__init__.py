"""双认领: projects of communities, and what units and members pledge for them."""
