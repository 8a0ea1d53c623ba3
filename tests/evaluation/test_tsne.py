"""t-SNE: beside scikit-learn's, by what both minimise."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp.evaluation import tsne
from charmlp.evaluation.tsne import Neighbours, affinities, embed, nearest, principal_components
from charmlp.system import threads


def clusters(n: int, count: int, dimensions: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Points about so many centres, and which centre."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % count
    return labels, 8 * np.eye(count, dimensions)[labels] + rng.normal(size=(n, dimensions))


def divergence(points: np.ndarray, near: Neighbours) -> float:
    """KL(P‖Q), by the definition."""
    n, rows = len(points), np.repeat(np.arange(len(points)), np.diff(near.starts))
    weights = 1 / (1 + ((points[:, np.newaxis] - points) ** 2).sum(axis=2))
    np.fill_diagonal(weights, 0)
    p, q = np.zeros((n, n)), weights / weights.sum()
    p[rows, near.others] = near.p
    return float((p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum())


def test_affinities_have_the_perplexity_and_are_symmetric() -> None:
    _, points = clusters(120, 4)
    others, distances = nearest(points, 60)
    conditional = np.empty(distances.shape)
    tsne.given(distances, np.log(20.0), conditional)
    entropies = -(conditional * np.log(np.maximum(conditional, 1e-300))).sum(axis=1)
    assert np.allclose(np.exp(entropies), 20, rtol=1e-3) and np.allclose(conditional.sum(axis=1), 1)
    near = affinities(others, distances, 20.0)
    matrix = np.zeros((120, 120))
    matrix[np.repeat(np.arange(120), np.diff(near.starts)), near.others] = near.p
    assert np.allclose(matrix, matrix.T) and np.isclose(matrix.sum(), 1, rtol=1e-5)


def test_the_nearest_are_found() -> None:
    _, points = clusters(80, 3)
    others, distances = nearest(points, 5)
    whole = ((points[:, np.newaxis] - points) ** 2).sum(axis=2)
    np.fill_diagonal(whole, np.inf)
    assert np.allclose(np.sort(distances, axis=1), np.sort(whole, axis=1)[:, :5])
    assert (np.take_along_axis(whole, others, axis=1) == distances).all()


def test_forces_are_the_derivative_of_the_divergence() -> None:
    """4 (pull − push/Σw) beside differences of KL; with another factor it would not agree."""
    _, points = clusters(30, 3)
    near = affinities(*nearest(points, 20), 8.0)
    y = np.random.default_rng(1).normal(size=(30, 2))
    coordinates = y.astype(np.float32).T.copy()
    pull, push, weight = np.zeros((2, 30), np.float32), np.zeros((2, 30), np.float32), np.zeros(30)
    tsne.forces(*coordinates, *near, pull, push, weight, 0, 30)
    gradient = 4 * (pull - push / (weight.sum() - 30)).T
    for i, axis in ((0, 0), (7, 1), (29, 0)):
        ends = []
        for step in (1e-4, -1e-4):
            moved = y.copy()
            moved[i, axis] += step
            ends.append(divergence(moved, near))
        assert gradient[i, axis] == pytest.approx((ends[0] - ends[1]) / 2e-4, rel=1e-2, abs=1e-5)


def test_it_is_as_good_as_scikit_learns() -> None:
    manifold = pytest.importorskip("sklearn.manifold")
    _, points = clusters(200, 5)
    near = affinities(*nearest(points, 90), 30.0)
    theirs = manifold.TSNE(init="pca", random_state=0, n_jobs=1).fit_transform(points)
    ours = divergence(embed(points), near)
    assert ours < 1.05 * divergence(np.asarray(theirs, float), near)
    assert ours < 0.5 * divergence(principal_components(points - points.mean(axis=0))[:, :2], near)


def test_what_is_apart_stays_apart() -> None:
    labels, points = clusters(120, 4)
    found = embed(points)
    centres = np.stack([found[labels == label].mean(axis=0) for label in range(4)])
    closest = np.linalg.norm(found[:, np.newaxis] - centres, axis=2).argmin(axis=1)
    assert (closest == labels).all()


def test_any_number_of_cores_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    _, points = clusters(600, 3)
    found = []
    for cores in (1, 3):
        monkeypatch.setattr(threads, "cores", lambda cores=cores: cores)
        found.append(embed(points, seed=1))
    assert np.array_equal(*found) and not np.array_equal(found[0], embed(points, seed=2))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 40])
@pytest.mark.parametrize("dimensions", [1, 2, 60])
def test_few_points_and_dimensions(n: int, dimensions: int) -> None:
    found = embed(np.random.default_rng(0).normal(size=(n, dimensions)))
    assert found.shape == (n, 2) and np.isfinite(found).all()


@pytest.mark.parametrize("n", [3, 50])
def test_copies_of_one_point_and_of_a_few(n: int) -> None:
    assert np.isfinite(embed(np.ones((n, 4)))).all()
    points = np.repeat(np.eye(2, 4), n, axis=0)
    found = embed(points)
    assert np.isfinite(found).all()
