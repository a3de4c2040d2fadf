"""Clusters of correlated returns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from alpha_discovery.errors import OutOfRange
from alpha_discovery.validation.arrays import F64
from alpha_discovery.validation.cluster import cluster_means, correlations, distances, medoids


@pytest.fixture
def groups() -> F64:
    """Three factors; members 0,3 | 1,4,5 | 2, correlated 1/(1 + .09) = .92 within a group."""
    rng = np.random.default_rng(0)
    factors = rng.standard_normal((500, 3))[:, [0, 1, 2, 0, 1, 1]]
    return factors + 0.3 * rng.standard_normal((500, 6))


def test_groups_are_found_in_order_of_appearance(groups: F64) -> None:
    labels, _ = medoids(groups)
    assert labels.tolist() == [0, 1, 2, 0, 1, 1]


def test_a_medoid_is_nearest_to_its_own_cluster(groups: F64) -> None:
    _, members = medoids(groups)
    apart = distances(correlations(groups))
    middle = min((1, 4, 5), key=lambda j: apart[j, [1, 4, 5]].sum())
    assert members.tolist() == [0, middle, 2]  # of a pair, the first is taken


def test_mirror_images_are_strangers() -> None:
    x = np.random.default_rng(1).standard_normal(200)
    labels, _ = medoids(np.stack([x, -x], axis=1))
    assert labels.tolist() == [0, 1]


def test_copies_form_one_cluster_led_by_the_first() -> None:
    x = np.random.default_rng(1).standard_normal(200)
    labels, members = medoids(np.stack([x, x, x], axis=1))
    assert (labels.tolist(), members.tolist()) == ([0, 0, 0], [0])


def test_the_cut_is_at_the_stated_correlation() -> None:
    # two orthonormal vectors u, v: corr(u, .8 u + .6 v) = .8 exactly
    u, v = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])
    pair = np.stack([u, 0.8 * u + 0.6 * v], axis=1)
    assert medoids(pair, rho=0.79)[0].tolist() == [0, 0]
    assert medoids(pair, rho=0.81)[0].tolist() == [0, 1]


def test_a_motionless_candidate_stands_alone(groups: F64) -> None:
    x = groups.copy()
    x[:, 3] = 0.1
    assert medoids(x)[0].tolist() == [0, 1, 2, 3, 1, 1]


def test_means_of_clusters(groups: F64) -> None:
    labels, _ = medoids(groups)
    means = cluster_means(groups, labels)
    assert means[:, 0] == pytest.approx((groups[:, 0] + groups[:, 3]) / 2)
    assert means.shape == (500, 3)


@pytest.mark.parametrize("n", [0, 1])
def test_nothing_to_cluster(n: Any) -> None:
    labels, members = medoids(np.zeros((5, n)))
    assert labels.tolist() == members.tolist() == list(range(n))


def test_correlations_are_those_of_numpy(groups: F64) -> None:
    assert correlations(groups) == pytest.approx(np.corrcoef(groups.T), abs=1e-12)


def test_a_correlation_above_one_is_refused(groups: F64) -> None:
    with pytest.raises(OutOfRange, match="rho"):
        medoids(groups, rho=1.5)
