"""Prices from files: reading, checking, storing, resampling, and the sample market."""
