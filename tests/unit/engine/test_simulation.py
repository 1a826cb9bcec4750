"""Days of random deployments: a bounded part of what `make simulate` plays, from fixed seeds and from new ones."""

from __future__ import annotations

import random

from tests.support.simulation import simulate


def test_no_day_from_known_seeds_reaches_an_illegal_state() -> None:
    simulate(800, seed=1)


def test_nor_does_one_from_a_new_seed() -> None:
    simulate(800, seed=random.SystemRandom().randrange(1 << 40))  # a failure names the seed that plays it again
