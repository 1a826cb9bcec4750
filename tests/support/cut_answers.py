"""Slack's client does not close an answer that ends in the middle; the collector does, some time, with a warning.

Tests that cut answers let it pass (`CUTS_ANSWERS`), and leave nothing of it to the tests after them.
"""

from __future__ import annotations

import gc
import warnings

import pytest

CUTS_ANSWERS = [
    pytest.mark.usefixtures("nothing_left_open"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def collect() -> None:
    """Close what slack_sdk left open, without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
