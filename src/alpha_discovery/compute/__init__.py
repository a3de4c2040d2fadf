"""Where a machine's work is done, and how fast it is."""
