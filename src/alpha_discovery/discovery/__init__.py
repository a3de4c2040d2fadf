"""Use cases: what a campaign does, how its finds are judged, and the ports that adapters implement."""
