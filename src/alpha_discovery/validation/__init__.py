"""Statistics that tell an edge from luck: pure functions of arrays, one file per question.

Evidence
    ``stepm``        studentised StepM over every candidate, as a stream
    ``replication``  p-values from searches run again on markets without an edge
    ``vault``        the same kind of test over a few finalists on a short sealed sample
    ``combine``      Fisher's combination, and what a judging round may spend
    ``online``       false discovery rate over a stream of data epochs
    ``eprocess``     evidence while paper trading, valid whenever one looks
What they stand on
    ``bootstrap``    stationary bootstrap: indices, day weights, automatic block length
    ``longrun``      long-run standard deviations and Newey-West t
    ``surrogates``   real bars without their edge: sign flips, permutations, blocks
    ``simulators``   GARCH-t and Markov-regime markets
    ``splits``       walk-forward, purged k-fold, combinatorial
    ``cluster``      correlated survivors: clusters, medoids, means
Reported beside, never decided by
    ``sharpe``, ``deflated``, ``effective``, ``pbo``, ``spa``, ``multiple``, ``shrink``,
    ``montecarlo``, ``drawdowns``, ``perturb``

Returns are simple returns per period as fractions; a ratio is per period unless its name says
"annual"; chance comes in as a generator or a seed. Nothing is imported here: name the module.
"""
