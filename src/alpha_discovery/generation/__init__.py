"""Rules written by a machine: a typed grammar over building blocks, and genomes that spell its sentences."""
