"""`foredeck package` and releases with packages, on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.support.engine import BUILD_ONLY, MAIN
from tests.support.packages import an_archive, in_folder

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    folder = in_folder(tmp_path / "builds", "1.4.0")
    files = {
        "foredeck.yml": MAIN,
        "projects/web/process.yml": BUILD_ONLY,
        "projects/web/project.yml": "slug: web\npackages:\n  app: {feed: built-in}\n",
        "projects/api/process.yml": BUILD_ONLY,
        "projects/api/project.yml": f'slug: api\npackages:\n  app: {{folder: {folder}, file: "web-{{version}}.tgz"}}\n',
    }
    for name, text in files.items():
        path = tmp_path / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    where = ["--state", str(tmp_path / "state"), "--config", str(tmp_path / "config"), "--as", "ana"]
    return lambda *words, **more: CliRunner().invoke(main, [*words, *where], **more)


def test_a_package_is_pushed_by_its_name_or_over_a_pipe_and_made_a_release(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "web-1.4.0.tar.gz"
    file.write_bytes(an_archive())
    assert run("package", "push", str(file), "--project", "web").output.startswith("Pushed app 1.4.0 of web, ")
    assert run("package", "push", str(file), "--project", "web").output.startswith("Is there already: app 1.4.0")
    piped = run("package", "push", "-", "--project", "web", "--version", "1.5.0", input=an_archive({"a": "b"}))
    assert piped.output.startswith("Pushed app 1.5.0 of web, ")
    listed = run("package", "list", "web").output.splitlines()
    assert [line.split()[:2] for line in listed] == [["app", "1.5.0"], ["app", "1.4.0"]]
    other = run("release", "create", "web", "1.6.0", "--package", "app=1.5.0").output
    assert other.startswith("Created web 1.6.0.\n  app 1.5.0  ")
    made = run("release", "create", "web", "1.4.0").output
    assert made.startswith("Created web 1.4.0.\n  app 1.4.0  ")


def test_what_cannot_be_pushed_is_told_in_a_sentence(tmp_path: Path, run: Run) -> None:
    page = tmp_path / "web-1.4.0.zip"
    page.write_text("<html>log in</html>")
    refused = run("package", "push", str(page), "--project", "web")
    assert refused.exit_code == 1
    assert "This package cannot be kept: it is a web page" in refused.output
    unnamed = run("package", "push", "-", "--project", "web", input=an_archive())
    assert unnamed.exit_code == 2
    assert "Say which version it is: --version 1.4.0." in unnamed.output


def test_without_a_server_the_command_asks_the_feeds_itself(run: Run) -> None:
    assert "  app 1.4.0  " in run("release", "create", "api", "1.4.0").output
    refused = run("release", "create", "api", "1.40")
    assert refused.exit_code == 1
    assert "has no app 1.40. The nearest is 1.4.0." in refused.output
    missing = run("deploy", "web", "1.0.0", "--to", "staging", "--create-release")
    assert missing.exit_code == 1
    assert "the built-in feed has no app 1.0.0" in missing.output
