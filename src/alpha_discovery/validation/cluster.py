"""Correlated survivors: clusters, the most central member of each, and their means."""

from __future__ import annotations

import math

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from alpha_discovery.errors import OutOfRange, TooFewBars
from alpha_discovery.validation.arrays import F64, I64, Returns


def correlations(returns: Returns) -> F64:
    """Correlation matrix of the columns (n, n); a column without variation is correlated with none."""
    if len(returns) < 2:
        raise TooFewBars(have=len(returns), need=2, purpose="a correlation")
    values = np.asarray(returns, dtype=np.float64)
    z = values - values.mean(axis=0)
    z[:, values.min(axis=0) == values.max(axis=0)] = 0.0
    norms = np.sqrt((z**2).sum(axis=0))
    z /= np.where(norms > 0.0, norms, 1.0)
    rho: F64 = np.clip(z.T @ z, -1.0, 1.0)
    np.fill_diagonal(rho, 1.0)
    return rho


def distances(rho: F64) -> F64:
    """sqrt((1 - rho)/2): 0 for the same, 1 for the mirror image. Source: Mantegna (1999), EPJ B 11."""
    apart: F64 = np.sqrt(np.maximum((1.0 - rho) / 2.0, 0.0))
    return apart


def medoids(returns: Returns, *, rho: float = 0.7) -> tuple[I64, I64]:
    """Clusters by average linkage, and one representative of each.

    Parameters
    ----------
    returns : float (T, n)
        Candidates across, in order of preference: equally central members yield to the first.
    rho : float
        Correlation at which the tree is cut.

    Returns
    -------
    labels : int64 (n,)
        Cluster of each candidate, numbered from 0 in order of first appearance.
    members : int64 (clusters,)
        Column of each cluster's medoid: least total distance to its own cluster.

    Source: Sokal & Michener (1958) average linkage; Kaufman & Rousseeuw (1990) medoids.
    """
    if not -1.0 <= rho <= 1.0:
        raise OutOfRange(name="rho", value=rho, allowed="[-1, 1]")
    n = returns.shape[1]
    if n < 2:
        return np.zeros(n, dtype=np.int64), np.arange(n, dtype=np.int64)
    apart = distances(correlations(returns))
    tree = linkage(squareform(apart, checks=False), method="average")
    found = fcluster(tree, t=math.sqrt((1.0 - rho) / 2.0), criterion="distance")
    labels = _by_appearance(found)
    members = [_central(apart, np.flatnonzero(labels == c)) for c in range(labels.max() + 1)]
    return labels, np.array(members, dtype=np.int64)


def _by_appearance(found: np.ndarray) -> I64:
    _, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[inverse].astype(np.int64)


def _central(apart: F64, members: I64) -> int:
    total = apart[np.ix_(members, members)].sum(axis=1)
    return int(members[np.flatnonzero(total <= total.min() + 1e-12)[0]])


def cluster_means(returns: Returns, labels: I64) -> F64:
    """Equal-weight mean return of each cluster (T, clusters): less selected than its best member."""
    number = int(labels.max()) + 1 if len(labels) else 0
    values = np.asarray(returns, dtype=np.float64)
    out = np.empty((len(values), number))
    for c in range(number):
        out[:, c] = values[:, labels == c].mean(axis=1)
    return out
