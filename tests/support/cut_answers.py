"""Slack's client does not close an answer that ends in the middle; the collector does, some time, with a warning.

Tests that cut answers, and only these, let it pass (`cuts_answers`), and leave nothing of it to the tests after them.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable

import pytest


def cuts_answers(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test in which the sandbox ends an answer in its middle."""
    cleaning = pytest.mark.usefixtures("nothing_left_open")
    return cleaning(pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")(test))


def collect() -> None:
    """Close what slack_sdk left open, without a word."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
