"""docs/workers.md is real: its example loads without a remark, and its plan is what the page prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine import definitions

PAGE = (Path(__file__).parents[3] / "docs" / "workers.md").read_text()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configuration that the page shows; the work begins in it."""
    for name, content in re.findall(r"^```yaml\n# workers/(\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_its_example_is_a_good_configuration(folder: Path) -> None:
    assert definitions.check(folder) == ()


def test_its_command_prints_what_the_page_says(folder: Path) -> None:
    ((command, printed),) = re.findall(r"^```console\n\$ foredeck (.*?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert CliRunner().invoke(main, [*command.split(), "--config", str(folder)]).output == printed
