"""Which kind of market it is, told from the past alone: by quantiles, or by a hidden Markov model that is filtered."""

from alpha_discovery.regimes.detectors import DETECTORS, detected, detected_of
from alpha_discovery.regimes.labels import LABELS, Regimes
from alpha_discovery.regimes.markov import markov_regimes
from alpha_discovery.regimes.quantiles import quantile_regimes

__all__ = ["DETECTORS", "LABELS", "Regimes", "detected", "detected_of", "markov_regimes", "quantile_regimes"]
