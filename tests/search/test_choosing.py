"""The best is told apart from the next one where it is better, and by luck as seldom as p says."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from charmlp.errors import CharmlpError
from charmlp.search.choosing import Choice, choose
from charmlp.search.measured import Tried, ranked
from tests.search.making import World, failed, trial

SEARCHES = 200
SETTINGS, IMAGES = 50, 200


def search(world: World, *, fresh: bool = True, rival: int = 1) -> Choice:
    """Fifty settings with three seeds each, and the choice; the rival of the best is the next one."""
    ranking = ranked([world.tried(number, (0, 1, 2)) for number in range(1, SETTINGS + 1)], "accuracy")

    def again(finalists: Sequence[Tried]) -> Sequence[Tried]:
        return [world.tried(each.number, (3, 4, 5)) for each in finalists] if fresh else finalists

    return choose([ranking[0], ranking[rival]], again, IMAGES)


def test_fifty_identical_settings_crown_a_winner_at_most_as_often_as_chance() -> None:
    crowned = sum(search(World(seed)).told_apart for seed in range(SEARCHES))
    assert crowned <= 0.05 * SEARCHES


def test_readings_that_have_chosen_would_crown_one_more_often() -> None:
    """Else the test above could not fail: the luckiest and the unluckiest, judged by what chose them."""
    crowned = sum(search(World(seed), fresh=False, rival=-1).told_apart for seed in range(20))
    assert crowned >= 10


def test_a_setting_that_is_better_is_told_apart() -> None:
    found = [search(World(seed, better={17: 2.0})) for seed in range(20)]
    assert sum(choice.told_apart and choice.best.number == 17 for choice in found) >= 18


def two(*trials: tuple[object, ...]) -> list[Tried]:
    return [Tried(number, {}, tuple(own)) for number, own in enumerate(trials, 1)]  # type: ignore[arg-type]


MUCH, LITTLE = [1] * 40, [1] * 10 + [0] * 30


def test_the_next_one_wins_where_it_is_shown_to_be_better() -> None:
    again = two((trial(1, 5, LITTLE),), (trial(2, 5, MUCH),))
    choice = choose(two((trial(1, 0, MUCH),), (trial(2, 0, MUCH),)), lambda finalists: again, 40)
    assert choice.best.number == 2 and not choice.confirmed and not choice.told_apart
    assert choice.pair is not None and choice.pair.difference == 0.75


def test_one_setting_alone_is_the_best() -> None:
    (alone,) = two((trial(1, 0, MUCH),))
    assert choose([alone], lambda finalists: pytest.fail("nothing to compare"), 40) == Choice(alone)


def test_who_fails_with_fresh_seeds_is_not_the_best() -> None:
    ranking = two((trial(1, 0, MUCH),), (trial(2, 0, MUCH),))
    good, bad = two((trial(1, 5, MUCH),), (failed(2, 5),))
    assert choose(ranking, lambda finalists: (good, bad), 40) == Choice(good, bad)
    assert choose(ranking, lambda finalists: (bad, good), 40) == Choice(good, bad)
    with pytest.raises(CharmlpError, match="fail with other seeds: diverges"):
        choose(ranking, lambda finalists: (bad, bad), 40)


def test_ranking() -> None:
    first, second, third, fourth = two(
        (trial(1, 0, LITTLE),), (trial(2, 0, MUCH), failed(2, 1)), (trial(3, 0, MUCH),), (trial(4, 0, MUCH),)
    )
    assert ranked([first, second, fourth, third], "accuracy") == [third, fourth, first]
    low = dataclasses.replace(third, trials=(dataclasses.replace(third.trials[0], loss=0.5),))
    assert ranked([first, low], "loss") == [low, first]
