"""How much is killed: `--crash=full` is `make crash`; without it a bounded part with fixed seeds runs."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Seen by pytest when this folder is named on its command line."""
    parser.addoption("--crash", choices=["bounded", "full"], default="bounded", help="how much the crash test kills")


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers."""
    config.addinivalue_line("markers", "crash: kills a real bot process again and again")
    config.addinivalue_line("markers", "crash_full: takes many minutes; for `make crash` only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is for `make crash` only."""
    if config.getoption("--crash", "bounded") == "full":
        return
    left_out = [item for item in items if item.get_closest_marker("crash_full")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
