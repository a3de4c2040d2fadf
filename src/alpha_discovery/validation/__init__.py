"""Statistics that tell an edge from luck: pure functions of arrays, one file per question.

=================  ==================================================================
``bootstrap``      stationary bootstrap: indices, day weights, automatic block length
``longrun``        long-run standard deviations and Newey-West t
``stepm``          the family test: studentised StepM over every candidate, streaming
``vault``          the same test over a few finalists on a short sealed sample
``combine``        Fisher's combination and the alpha-spending ledger
``cluster``        correlated survivors: clusters, medoids, means
=================  ==================================================================

Returns are simple returns per period as fractions; a ratio is per period unless its name says
"annual"; chance comes in as a generator or a seed. Nothing is imported here: name the module.
"""
