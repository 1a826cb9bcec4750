"""A deck for tests of the engine; and property tests are not timed: on a busy machine a slow example is no failure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.engine import Deck, a_deck

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    """Configured with one project, `web`, of one step."""
    with a_deck(tmp_path) as made:
        yield made.configured()
