"""The built-in worker as another account: what its scripts cannot reach, what limits them, what is said of failures."""

from __future__ import annotations

import os
import pwd
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.contracts import BuiltIn, Outcome
from engine.services.views import TaskState
from tests.support.engine import Deck, a_deck, until
from tests.support.run_sinks import run
from workers import self_test
from workers.builtin import BuiltInWorker
from workers.runner.pace import Pace

NOBODY = "nobody"
PROCESS = """\
steps:
  - step: ask
    manual_intervention: {teams: [release-managers], instructions: Shall it?}
  - step: pry
    start_trigger: with_previous
    run_script:
      inline: |
"""

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can become another account without a rule for sudo"
)


def a_worker(folder: Path, **settings: object) -> BuiltInWorker:
    return BuiltInWorker(
        folder / "runs",
        clock=lambda: datetime.now(UTC),
        pace=Pace(),
        settings=BuiltIn(**settings),  # type: ignore[arg-type]
    )


def says(folder: Path, script: str, **settings: object) -> str:
    worker = a_worker(folder, **settings)
    try:
        result, sink = run(worker, script)
    finally:
        worker.close()
    return sink.text() + result.message


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    """Its folders can be walked through by everybody, so that only what Foredeck itself does keeps scripts out."""
    for folder in [tmp_path, *list(tmp_path.parents)[:3]]:
        folder.chmod(0o755)
    with a_deck(tmp_path, real_time=True) as made:
        yield made


@needs_root
class TestAsAnotherAccount:
    def test_a_script_is_who_it_should_be_with_that_ones_home(self, tmp_path: Path) -> None:
        said = says(tmp_path, 'id -un; id -Gn; echo "$USER $HOME"; ls -l /proc/self/fd | wc -l', run_as=NOBODY)
        assert said.splitlines()[:3] == [NOBODY, "nogroup", f"{NOBODY} {pwd.getpwnam(NOBODY).pw_dir}"]

    def test_a_script_reads_neither_database_nor_key_nor_environment_and_releases_nothing(self, deck: Deck) -> None:
        (deck.folder / ".env").write_text("SLACK_BOT_TOKEN=xoxb-canary\n")
        (deck.folder / ".env").chmod(0o600)
        database = deck.state / "foredeck.db"
        kept = f"{database} {deck.state}/seal.key {deck.folder}/.env /proc/{os.getpid()}/environ"
        script = f"""
            for secret in {kept}; do cat "$secret" 2>/dev/null || echo "cannot read it"; done
            {{ echo forged >>{database}; }} 2>&1
        """
        deck.configured(PROCESS + textwrap.indent(script, " "), files={"built_in_worker.yml": "run_as: nobody\n"})
        with deck.serving():
            number = deck.deploys()
            asked = deck.asked(number)
            until(lambda: deck.steps(number)["pry"] in ("succeeded", "failed"))
            log = deck.log(number, "pry")
            assert log.count("cannot read it") == 4, log
            assert "foredeck.db: Permission denied" in log
            assert deck.task(number).pending == asked, "it still waits for a person"
            deck.proceeds(number)
            deck.over(number)

    def test_a_process_gets_no_more_memory_than_it_may(self, tmp_path: Path) -> None:
        hungry = "x=$(head -c 100000000 /dev/zero | tr '\\0' x); echo ${#x}"
        assert "cannot allocate" in says(tmp_path, f"{{ {hungry}; }} 2>&1", run_as=NOBODY, memory=64 << 20)
        assert "100000000" in says(tmp_path, hungry, run_as=NOBODY, memory=512 << 20)

    def test_a_script_that_multiplies_meets_its_limit(self, tmp_path: Path) -> None:
        said = says(tmp_path, "for n in {1..60}; do sleep 3 & done 2>&1; kill $(jobs -p)", run_as=NOBODY, processes=40)
        assert "Resource temporarily unavailable" in said

    def test_the_self_test_finds_nothing_wrong(self, deck: Deck) -> None:
        kept = [deck.state / "foredeck.db", deck.state / "seal.key"]
        wrong = self_test.examine(BuiltIn(NOBODY), kept)
        assert [sentence for sentence in wrong if "its runs go to /tmp" not in sentence] == []

    def test_the_self_test_names_what_is_open(self, deck: Deck) -> None:
        deck.state.chmod(0o755)
        database = deck.state / "foredeck.db"
        database.chmod(0o644)
        wrong = self_test.examine(BuiltIn(NOBODY), [database])
        assert f"nobody can read or write {database}. Take that away: `chmod go= {database}`" in " ".join(wrong)

    @pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
    def test_who_is_not_root_and_has_no_sudo_is_told_what_to_allow(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        told = as_account(NOBODY, lambda: " ".join(self_test.examine(BuiltIn("daemon"), [])))
        assert "the bot is not root, and `sudo` is not installed" in told
        assert "nobody ALL=(daemon) NOPASSWD: ALL" in told


def as_account(name: str, ask: Callable[[], str]) -> str:
    """What this gives in a child that has become somebody else for good."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(pwd.getpwnam(name).pw_uid)
        os.write(writing, ask().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = answer.read()
    os.waitpid(child, 0)
    return told


def test_an_account_that_does_not_exist_is_named(tmp_path: Path) -> None:
    worker = a_worker(tmp_path, run_as="no-such-account")
    result, _ = run(worker, "echo never")
    worker.close()
    assert result.outcome is Outcome.UNREACHABLE
    assert result.message == (
        "The built-in worker is to run as no-such-account, and there is no such account on this machine."
    )
    assert "useradd" in result.hint


@pytest.mark.parametrize("name", ["root", pwd.getpwuid(os.geteuid()).pw_name])
def test_an_account_that_keeps_nothing_from_scripts_is_refused(name: str) -> None:
    (wrong,) = self_test.examine(BuiltIn(name), [])
    assert "scripts could" in wrong


def test_without_an_account_there_is_nothing_to_test() -> None:
    assert self_test.examine(BuiltIn(), []) == ()


class TestLimitsOfOutput:
    def test_a_script_that_prints_for_ever_is_ended_and_its_beginning_is_kept(self, tmp_path: Path) -> None:
        with a_deck(tmp_path, real_time=True) as deck:
            deck.configured(
                "steps: [{step: flood, run_script: {inline: 'while :; do echo another line of it; done'}}]\n",
                files={"built_in_worker.yml": "limits: {output: 64kB}\n"},
            )
            with deck.serving():
                view = deck.over(deck.deploys())
            assert view.state is TaskState.FAILED
            assert view.failed_steps[0].detail.startswith(
                "The script printed more than 64kB: it ended when it was asked"
            )
            log = deck.log(view.number, "flood")
            assert log.startswith("another line of it\n")
            assert "no more of it is kept" in log
            assert len(log) < 8 << 20

    def test_the_time_of_the_built_in_worker_holds_for_steps_that_have_none(self, tmp_path: Path) -> None:
        with a_deck(tmp_path, real_time=True) as deck:
            deck.configured(
                "steps: [{step: slow, run_script: {inline: sleep 60}}]\n",
                files={"built_in_worker.yml": "limits: {time: 1s}\n"},
            )
            with deck.serving():
                view = deck.over(deck.deploys())
            assert view.failed_steps[0].detail.startswith("The script took longer than its time limit of 1s")
