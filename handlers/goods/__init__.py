"""The shop of a community: what points are good for, ordered and handed over."""
