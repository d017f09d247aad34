"""What runs: settings, dispatch, delivery, ticks, triage, channels, web, commands."""

import os

# numpy's BLAS reads this when it is loaded. Otherwise it begins a thread for each core, and they
# go round in circles for a while after every text: 4 ms of the processor beside 1 ms of reading.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
