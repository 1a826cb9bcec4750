"""A secret goes through a run that tries every way out, on the built-in worker and on a machine: it appears nowhere."""

from __future__ import annotations

import getpass
import json
import logging
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from engine.services import tasks
from tests.support import canaries
from tests.support.bot_workspaces import BotWorkspace, serve_workspace
from tests.support.engine import until
from tests.support.openssh import OpenSshServer
from tests.support.packages import an_archive, push
from tests.support.served_bot import FOREDECK
from workers.masking import MASK

EXITS = r"""
T=$(get_octopusvariable Token) K=$(get_octopusvariable Key)
echo "it is $T"; echo "and on stderr $T" >&2
echo "in a value: $(get_octopusvariable Url)"
echo "made by filters: $(get_octopusvariable Encoded) $(get_octopusvariable Escaped)"
printf 'Basic %s\n' "$(printf 'web:%s' "$T" | base64)" "$(printf 'w:%s' "$T" | base64)" "$(printf '%s' "$T" | base64)"
printf '%s' "$T" | base64 | tr '+/' '-_'
{ printf '%050d' 0; printf '%s' "$T"; printf '%050d' 0; } | base64
printf '%s' "${T:0:9}"; sleep 0.06; printf '%s' "${T:9:9}"; sleep 0.06; printf '%s\n' "${T:18}"
printf '%s' "${T:0:9}" >&2; echo "between" ; sleep 0.06; printf '%s\n' "${T:9}" >&2
echo "$K"; echo "$K" | base64; printf '%s' "$K" | base64 -w 64
while read -r line; do echo "a line: $line."; done <<<"$K"
write_verbose "verbose $T"; write_highlight "highlight $T"; write_wait "wait $T"; write_warning "warning $T"
update_progress 50 "half of $T"
set_environmenturl "https://web.example/?token=$T" "see $T"
set_octopusvariable Plain "$T"
set_octopusvariable Composed "postgres://web:$T@db"
set_octopusvariable Encoded "$(printf 'web:%s' "$T" | base64)"
set_octopusvariable "Named $T" "value"
set_octopusvariable Hidden "$T" -sensitive
echo "##octopus[unknown-$T value='eA==']"
echo "##octopus[progress percentage='$T']"
printf 'token=%s' "$T" >"of $T.env"; new_octopusartifact "of $T.env" "kept $T.env"
{ head -c 1048570 /dev/zero; printf '%s' "$T"; } >large.bin; new_octopusartifact large.bin
printf 'web:%s' "$T" | base64 >encoded.txt; new_octopusartifact encoded.txt
echo nothing >plain.txt; new_octopusartifact plain.txt "plain of $T.txt"
new_octopusartifact "missing $T.txt"; new_octopusartifact . "folder $T"
set -x; : "$T"; set +x
"""

PROCESS = """
steps:
  - step: confirm
    manual_intervention: {teams: [release-managers], instructions: "The token is #{Token}, encoded #{Encoded}."}
  - step: here
    run_condition: "#{if Token}True#{/if}"
    run_script: {file: exits.sh}
  - step: there
    start_trigger: with_previous
    target_tags: [web]
    run_script: {file: exits.sh}
  - step: install
    target_tags: [web]
    deploy_package: {package: app, root: ROOT}
  - step: later
    run_script:
      inline: |
        for name in Plain Composed Encoded Hidden; do
          echo "$name is $(get_octopusvariable "Octopus.Action[here].Output.$name")"
        done
  - step: raise
    start_trigger: with_previous
    run_script:
      syntax: python
      inline: |
        def connect(url):
            raise ConnectionError("cannot reach " + url)
        connect(get_octopusvariable("Url"))
  - step: fail
    start_trigger: with_previous
    target_tags: [web]
    run_script: {inline: 'fail_step "it failed with $(get_octopusvariable Token)"'}
"""

VARIABLES = """
Token: [{secret: "file:TOKEN"}]
Key: [{secret: "vault:key"}]
Url: [{value: "https://web:#{Token}@db.example"}]
Encoded: [{value: "#{Token | ToBase64}"}]
Escaped: [{value: "#{Token | UriDataEscape}"}]
"""

HOOKS = {
    "PreDeploy.sh": 'T=$(get_octopusvariable Token); echo "pre $T"; set_octopusvariable FromHook "$T"',
    "PostDeploy.sh": 'echo "post $(get_octopusvariable Url)" >&2',
}


@dataclass
class Run:
    """What there is to look at after the deployment."""

    bot: BotWorkspace
    root: Path
    machine: OpenSshServer
    programs = frozenset({"sh", "bash", "python3", "cat"})
    told_by_programs: Path
    told_by_bot: list[str]


class _Listening(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self._said = said
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(self.format(record))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """One deployment that tries everything and fails; the bot is still there."""
    root = tmp_path_factory.mktemp("canary")
    path, told = canaries.watched_programs(root)
    machine = OpenSshServer(root / "machine", options=(f"SetEnv HOME={root / 'machine/home'} PATH={path}",))
    kept = root / "kept"
    kept.mkdir()
    (kept / "token").write_text(canaries.TOKEN + "\n")
    (kept / "key").write_text(canaries.KEY + "\n")
    (root / "tmp").mkdir()
    foredeck = FOREDECK + (
        f'secret_stores: {{vault: {{command: [cat, "{kept}/{{path}}"]}}}}\n'
        f'targets: {{web-1: {{ssh: "127.0.0.1:{machine.port}", account: deploy, environments: [staging], tags: [web], '
        f'host_key: "{machine.fingerprint_of("ed25519")}"}}}}\n'
        f"accounts: {{deploy: {{type: ssh_key, username: {getpass.getuser()}, "
        f'private_key: {{secret: "file:{machine.client_key}"}}}}}}\n'
    )
    bot_folder = root / "bot"
    said: list[str] = []
    listening = _Listening(said)
    logger = logging.getLogger()
    level = logger.level
    machine.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        patch.setenv("TMPDIR", str(root / "tmp"))
        patch.setattr(tempfile, "tempdir", str(root / "tmp"))
        logger.addHandler(listening)
        logger.setLevel(logging.DEBUG)
        try:
            with serve_workspace(
                bot_folder,
                process=PROCESS.replace("ROOT", str(root / "apps")),
                foredeck=foredeck,
                variables=VARIABLES.replace("TOKEN", str(kept / "token")),
                project="slug: web\npackages:\n  app: {feed: built-in}\n",
                files={"exits.sh": EXITS},
            ) as bot:
                push(bot.db, bot_folder / "state", "1.0.0", an_archive({"index.html": "hello", **HOOKS}))
                bot.ana.types("/release create web 1.0.0")
                bot.ana.types("/deploy web 1.0.0 to staging")
                bot.reply("The token is ********")
                bot.ben.types("/deploy approve 1")
                until(lambda: tasks.view(bot.db, 1).state.is_final, "the deployment to be over")
                bot.card("(#1)").wait_for("Failed")
                bot.ana.types("/deploy logs 1")
                bot.reply("1 file of here")
                bot.reply("1 file of there")
                bot.reply("failed at")
                yield Run(bot, root, machine, told, said)
        finally:
            logger.removeHandler(listening)
            logger.setLevel(level)
            machine.stop()


def log_of(run: Run, step: str) -> str:
    steps = {view.slug: view.run_ids for view in tasks.view(run.bot.db, 1).steps}
    return "".join(piece for run_id in steps[step] for piece in tasks.whole_log(run.bot.db, run_id))


def test_all_of_it_was_tried(run: Run) -> None:
    for step in ("here", "there"):
        log = log_of(run, step)
        assert log.count(MASK) == 30, log
        assert "large.bin (1.0 MB) was kept, and not attached" in log
    assert f"post https://web:{MASK}@db.example" in log_of(run, "install")
    assert f"Composed is {MASK}" in log_of(run, "later")
    assert f"cannot reach https://web:{MASK}@db.example" in log_of(run, "raise")
    failed = {step.slug: step.detail for step in tasks.view(run.bot.db, 1).failed_steps}
    assert f"it failed with {MASK}" in failed["fail"]
    ran = run.told_by_programs.read_text()
    assert run.programs <= set(re.findall(r"/programs/(\w+)$", ran, re.MULTILINE))


def test_no_file_of_the_bot_or_the_machine_has_it(run: Run) -> None:
    """Rows, the database and its WAL, logs, artifacts, what was left of tickets and packages, temporary files; and
    arguments and environments of all programs.
    """
    kept = {run.root / "kept/token", run.root / "kept/key"}
    until(lambda: not list(run.root.rglob("try.*")), "the folders of the tickets to be cleaned up")
    assert canaries.files_with_it([run.root], but=kept) == {}


def test_no_message_form_or_file_in_chat_has_it(run: Run) -> None:
    state = run.bot.sandbox.state()
    assert canaries.shown_in(json.dumps(state, ensure_ascii=False).encode()) == []
    for call in [*state["calls"], *state["deliveries"]]:
        assert canaries.shown_in(run.bot.sandbox.exchange(call["id"])) == [], call
    attached = [file for file in state["files"] if file["name"].startswith("plain of")]
    assert len(attached) == 2
    assert f"highlight {MASK}" in json.dumps(state["messages"])
    for file in state["files"]:
        assert canaries.shown_in(run.bot.sandbox.download(file["url_private"])) == [], file["name"]


def test_no_line_of_the_bots_own_log_has_it(run: Run) -> None:
    assert run.told_by_bot
    assert [line for line in run.told_by_bot if canaries.shown_in(line.encode())] == []


def test_who_may_gets_the_file_with_the_secret_as_it_was(run: Run, tmp_path: Path) -> None:
    words = ["artifacts", "1", "--state", str(run.bot.folder / "state"), "--as", "ana"]
    assert canaries.shown_in(CliRunner().invoke(main, words).output_bytes) == []
    assert CliRunner().invoke(main, [*words, "--save", str(tmp_path)]).exit_code == 0
    saved = (tmp_path / "here" / f"kept {MASK}.env").read_text()
    assert saved == f"token={canaries.TOKEN}"
