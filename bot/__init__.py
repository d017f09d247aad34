"""What runs: settings, dispatch, delivery, ticks, triage, channels, web, commands."""
