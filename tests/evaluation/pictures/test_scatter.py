"""The t-SNE picture: dots, rings, names."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from charmlp.drawing.canvas import Canvas
from charmlp.drawing.marks import Dots, Text
from charmlp.evaluation.pictures.scatter import MARGIN, SIDE, densest, free_place, look, some, tsne_scatter
from tests.evaluation.pictures.conftest import ODD_NAMES

FRAME = np.array([(0, 0), (1000, 1000)])


def clusters(n: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    labels = np.arange(n) % count
    return 8 * np.eye(count)[labels] + np.random.default_rng(0).normal(size=(n, count)), labels


def dots(canvas: Canvas, *, ring: bool) -> list[Dots]:
    return [mark for mark in canvas.marks if isinstance(mark, Dots) and bool(mark.ring) is ring]


def names(canvas: Canvas) -> list[Text]:
    return [mark for mark in canvas.marks if isinstance(mark, Text) and mark.halo]


def test_each_class_has_its_dots_and_its_name_once() -> None:
    features, labels = clusters(60, 4)
    canvas = tsne_scatter(features, labels, "ABCD")
    assert [len(each.points) for each in dots(canvas, ring=False)] == [15] * 4
    assert sorted(name.text for name in names(canvas)) == list("ABCD")
    assert len({(each.colour, each.shape) for each in dots(canvas, ring=False)}) == 4
    everything = np.array([point for each in dots(canvas, ring=False) for point in each.points])
    assert everything.min() > MARGIN and everything[:, 0].max() < SIDE - MARGIN
    assert everything[:, 1].max() < canvas.height


def test_a_name_stands_by_its_cluster() -> None:
    features, labels = clusters(80, 4)
    canvas = tsne_scatter(features, labels, "ABCD")
    middles = [np.mean(each.points, axis=0) for each in dots(canvas, ring=False)]
    for name in names(canvas):
        distances = [np.hypot(name.x - x, name.y - y) for x, y in middles]
        assert int(np.argmin(distances)) == "ABCD".index(name.text)


def test_misread_letters_are_ringed() -> None:
    features, labels = clusters(60, 3)
    guesses = labels.copy()
    guesses[[4, 17]] = (guesses[[4, 17]] + 1) % 3
    canvas = tsne_scatter(features, labels, "ABC", guesses)
    (rings,) = dots(canvas, ring=True)
    places = {int(label): each.points for label, each in zip(range(3), dots(canvas, ring=False), strict=True)}
    expected = [places[labels[at]][at // 3] for at in (4, 17)]
    assert [list(point) for point in rings.points] == [list(point) for point in expected]
    assert any("Ringed: misread, 2 of 60." in line for line in canvas.texts)
    assert not any("Ringed" in line for line in tsne_scatter(features, labels, "ABC").texts)


def test_no_two_names_overlap() -> None:
    rng = np.random.default_rng(0)
    labels = np.arange(400) % 62
    canvas = tsne_scatter(rng.normal(size=(400, 5)), labels, [f"c{at}" for at in range(62)])
    written = names(canvas)
    assert len(written) > 40
    for at, name in enumerate(written):
        for other in written[:at]:
            apart = abs(name.y - other.y) >= 0.9 * name.size or abs(name.x - other.x) > 0.9 * name.size
            assert apart, (name, other)
    hidden = 62 - len(written)
    assert any(f"{hidden} names have no room" in line for line in canvas.texts) is bool(hidden)


def test_long_names_are_smaller() -> None:
    features, labels = clusters(60, 2)
    short, long = sorted(
        names(tsne_scatter(features, labels, ["A", "a long name"])), key=lambda n: len(n.text)
    )
    assert long.size < short.size and long.text == "a long name"


def test_a_name_goes_where_it_hides_little() -> None:
    half, nothing = np.array([20, 20]), np.zeros((0, 4))
    wanted, dot = np.array([500, 500]), np.array([(500, 500)])
    assert free_place(wanted, half, nothing, dot, np.array([5]), FRAME).tolist() == [500, 500]
    beside = free_place(wanted, half, nothing, dot, np.array([60]), FRAME)
    assert 20 <= np.abs(beside - wanted).max() < 40
    everywhere = np.array([(0, 0, 1000, 1000)])
    assert free_place(wanted, half, everywhere, dot, np.array([5]), FRAME) is None


def test_the_densest_place_is_where_most_are() -> None:
    points = np.concatenate(
        [np.full((5, 2), 900.0), np.random.default_rng(0).normal(100, 5, (20, 2)), [[500, 500]]]
    )
    assert np.abs(densest(points) - 100).max() < 20


def test_neighbours_in_the_alphabet_look_different() -> None:
    looks = [look(label) for label in range(56)]
    assert len(set(looks)) == 56
    assert all(a[0] != b[0] for a, b in pairwise(looks))


def test_many_letters_are_drawn_by_lot() -> None:
    assert some(5, 10, 0).tolist() == [0, 1, 2, 3, 4]
    chosen = some(100, 10, 0)
    assert len(set(chosen.tolist())) == 10 and (np.diff(chosen) > 0).all()
    assert chosen.tolist() == some(100, 10, 0).tolist() != some(100, 10, 1).tolist()
    canvas = tsne_scatter(np.zeros((10, 3)), np.arange(10) % 3, "ABC", total=100)
    assert any("an image (10 of 100)" in line for line in canvas.texts)


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("n_classes", [1, 3])
def test_few_points(n: int, n_classes: int) -> None:
    features, labels = clusters(n, n_classes)
    assert tsne_scatter(features, labels, "ABC"[:n_classes]).picture.width == SIDE


def test_any_class_name_can_be_drawn() -> None:
    features, labels = clusters(len(ODD_NAMES) * 3, len(ODD_NAMES))
    canvas = tsne_scatter(features, labels, ODD_NAMES, layer=2)
    assert "t-SNE of hidden layer 2" in canvas.texts and canvas.picture.width == SIDE
    assert "\u202e" not in canvas.svg()
