"""Optimizers: they ask about parameters in batches and are told how good each was."""
