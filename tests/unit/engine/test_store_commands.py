"""Secret stores that are commands: what they print is the secret, and nothing else of it gets anywhere."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from engine.contracts import Secret
from engine.definitions import SecretStore
from engine.definitions.secrets import SecretUnavailable, StoreUnavailable, resolve, resolve_all
from engine.domain.variables import SecretReference


def resolved(script: str, path: str = "web/db", *, seconds: float = 20) -> str:
    """The secret of a store whose command is this shell script; `$1` is the path."""
    store = SecretStore("op", ("/bin/sh", "-c", script, "sh", "prod/{path}"), timedelta(seconds=seconds))
    return resolve(SecretReference("op", path), {"op": store}).reveal()


def refusal(script: str, path: str = "web/db", *, seconds: float = 20) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        resolved(script, path, seconds=seconds)
    assert caught.value.hint
    return str(caught.value)


def test_what_the_command_prints_is_the_secret() -> None:
    assert resolved("printf 'secret of %s' \"$1\"") == "secret of prod/web/db"


@pytest.mark.parametrize(("printed", "secret"), [("a\\n", "a"), ("a\\n\\n", "a\n"), ("a", "a"), ("a \\n", "a ")])
def test_one_newline_at_the_end_is_not_part_of_it(printed: str, secret: str) -> None:
    assert resolved(f"printf '{printed}'") == secret


def test_the_path_is_one_argument_and_no_shell_sees_it() -> None:
    assert resolved('printf \'%s|%s\' "$#" "$1"', "two words/x") == "1|prod/two words/x"


def test_an_exit_code_is_told_with_the_last_line_and_not_with_the_secret() -> None:
    told = refusal("echo topsecret; echo first >&2; echo 'no session: topsecret' >&2; exit 3")
    assert told == (
        "The secret store op gave no secret for op:web/db: its command ended with exit code 3 "
        "and said “no session: ********”."
    )


def test_a_secret_of_the_environment_is_not_told_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OP_SERVICE_ACCOUNT_TOKEN", "ops_abcdef123456")
    told = refusal('echo "bad token $OP_SERVICE_ACCOUNT_TOKEN" >&2; exit 1')
    assert "ops_abcdef123456" not in told
    assert "bad token ********" in told


def test_the_bots_own_tokens_are_not_given_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-something")
    assert resolved('printf "%s" "${SLACK_BOT_TOKEN-none}"') == "none"


def test_a_command_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    begun = time.monotonic()
    told = refusal(f"sleep 600 & echo $! > {tmp_path}/pid; wait", seconds=0.5)
    assert "its command took longer than 0.5 s and was ended" in told
    assert time.monotonic() - begun < 60
    child = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 20
    while Path(f"/proc/{child}").exists() and _state(child) != "Z" and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not Path(f"/proc/{child}").exists() or _state(child) == "Z"


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "Z"


def test_a_command_that_prints_without_end_is_ended() -> None:
    assert "printed more than 64 KiB" in refusal("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done")


def test_what_it_leaves_behind_does_not_hold_us_up() -> None:
    begun = time.monotonic()
    assert resolved("printf secret; sleep 600 &") == "secret"
    assert time.monotonic() - begun < 60


def test_a_command_that_does_not_exist_is_told() -> None:
    store = SecretStore("op", ("/nowhere/op", "{path}"))
    with pytest.raises(StoreUnavailable, match="cannot be started: no such file or directory"):
        resolve(SecretReference("op", "web/db"), {"op": store})


def test_nothing_and_nonsense_are_no_secrets() -> None:
    assert "not UTF-8" in refusal("printf '\\377\\376'")
    with pytest.raises(SecretUnavailable, match="it is empty"):
        resolved("true")


@pytest.mark.parametrize("path", ["-x", "a/-x", "../x", "a/../b", "/etc/x", "a//b", ".", "a;b", "$(id)", "%2e", ""])
def test_a_path_that_could_be_an_option_or_lead_out_is_refused_when_it_is_used_too(path: str) -> None:
    assert refusal("printf secret", path).startswith(f"The secret store op gave no secret for op:{path}:")


def test_a_store_that_is_not_there_is_told() -> None:
    with pytest.raises(SecretUnavailable, match="there is no secret store op"):
        resolve(SecretReference("op", "x"))


def test_a_secret_that_is_needed_twice_is_asked_for_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER", "from the environment")
    store = SecretStore("op", ("/bin/sh", "-c", f"echo asked >> {tmp_path}/asked; echo $1", "sh", "{path}"))
    one, two, other = SecretReference("op", "one"), SecretReference("op", "two"), SecretReference("env", "OTHER")
    found = resolve_all([one, two, one, other], {"op": store})
    assert found == {one: Secret("one"), two: Secret("two"), other: Secret("from the environment")}
    assert (tmp_path / "asked").read_text().count("asked") == 2
    assert os.environ["OTHER"]
