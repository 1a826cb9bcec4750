"""The pytest plugin: the fixture `workspace` is a sandbox with a bot on the team's own configuration.

pytest loads this in every run where Foredeck is installed, so it imports nothing else until a fixture is used. See
docs/testing.md."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from bot.sandbox.testing.workspaces import Workspace


class StartWorkspace(Protocol):
    """The fixture `foredeck`: starts a workspace that ends with the `with` block."""

    def __call__(
        self,
        *,
        configuration: Path | None = None,
        people: Mapping[str, str] | None = None,
        scripts: Mapping[str, str] | None = {},
        manifest: Path | None = None,
    ) -> AbstractContextManager[Workspace]: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini options, whose paths are relative to pytest's root folder, and one for the command line."""
    parser.getgroup("foredeck").addoption(
        "--foredeck-record",
        metavar="FILE",
        type=Path,
        help="append what happened in each workspace, once it has ended",
    )
    parser.addini("foredeck_config", "the folder of the Foredeck configuration to test", default=".")
    parser.addini("foredeck_manifest", "the manifest of the Slack app; Foredeck's own when left out", default="")
    parser.addini("foredeck_timeout", "seconds that the tests wait for anything", default="30")


@pytest.fixture(scope="session")
def foredeck(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> StartWorkspace:
    """`with foredeck(scripts=…) as workspace:`, for fixtures that keep a workspace for several tests."""
    from bot.sandbox.testing import launching

    root, checked = pytestconfig.rootpath, set[Path]()
    manifest_option = pytestconfig.getini("foredeck_manifest")

    def start(
        *,
        configuration: Path | None = None,
        people: Mapping[str, str] | None = None,
        scripts: Mapping[str, str] | None = {},
        manifest: Path | None = None,
    ) -> AbstractContextManager[Workspace]:
        folder = (root / (configuration or pytestconfig.getini("foredeck_config"))).resolve()
        if folder not in checked:
            launching.check(folder)
            checked.add(folder)
        setting = launching.Setting(
            configuration=folder,
            people=people or {},
            scripts=scripts,
            manifest=manifest or (root / manifest_option if manifest_option else None),
            timeout=float(pytestconfig.getini("foredeck_timeout")),
            record=pytestconfig.getoption("foredeck_record"),
        )
        return launching.started(setting, tmp_path_factory.mktemp("foredeck"))

    return start


@pytest.fixture
def foredeck_configuration(pytestconfig: pytest.Config) -> Path:
    """The folder of the configuration: the ini option `foredeck_config`, unless a test has a fixture of this name."""
    return Path(pytestconfig.rootpath, pytestconfig.getini("foredeck_config"))


@pytest.fixture
def foredeck_people() -> Mapping[str, str]:
    """What people of the configuration are called in the workspace, where that is another name: nobody is."""
    return {}


@pytest.fixture
def foredeck_scripts() -> Mapping[str, str] | None:
    """Bash for some actions, by their slugs; the rest only say that they are not run. None runs all of them, really."""
    return {}


@pytest.fixture
def workspace(
    foredeck: StartWorkspace,
    foredeck_configuration: Path,
    foredeck_people: Mapping[str, str],
    foredeck_scripts: Mapping[str, str] | None,
) -> Iterator[Workspace]:
    """A workspace for this test alone: a sandbox, and the bot on a private copy of the configuration."""
    with foredeck(configuration=foredeck_configuration, people=foredeck_people, scripts=foredeck_scripts) as started:
        yield started


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what happened in its workspace, unless its error does."""
    report = yield
    used: Any = getattr(item, "funcargs", {}).get("workspace")
    if call.when != "call" or call.excinfo is None or not hasattr(type(used), "transcript"):
        return report
    if report.failed and "What happened:" not in str(call.excinfo.value):
        report.sections.append(("What happened in the workspace", used.transcript))
    return report
