"""Several processes, or one that died before this one: who does what, and with what care."""
