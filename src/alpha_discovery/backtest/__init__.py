"""The batch engine: many candidates over the same bars, summaries out, nothing stored on the way."""
