"""Brokers: paper, which replays bars, and exchanges through ccxt."""
