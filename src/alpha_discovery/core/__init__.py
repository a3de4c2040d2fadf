"""Values that every layer shares: bars, instruments, parameters, costs, results, identity, clock."""
