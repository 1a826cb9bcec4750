"""What is typed after `/runbook` and must not be taken for something else."""

from __future__ import annotations

import pytest

from bot import runbook_requests
from bot.orders import NotUnderstood
from bot.runbook_requests import RunRunbook


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("run restart in production emergency because INC-7", "run restart in production because INC-7"),
        ("run restart of web in production emergency", "run restart of web in production"),
    ],
)
def test_a_run_is_no_emergency_and_never_one_silently(typed: str, meant: str) -> None:
    assert runbook_requests.parse_runbook(typed) == NotUnderstood("Only deployments can be emergencies.", meant)
    assert isinstance(runbook_requests.parse_runbook(meant), RunRunbook)
