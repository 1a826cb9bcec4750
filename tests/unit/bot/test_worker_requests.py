"""What is typed after `/workers`."""

from __future__ import annotations

import pytest

from bot.commands import Help
from bot.orders import NotUnderstood
from bot.worker_requests import (
    CheckMachines,
    DisableMachines,
    EnableMachines,
    RunScript,
    ShowMachines,
    TrustKey,
    WorkersRequest,
    parse_workers,
)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", ShowMachines()),
        ("list", ShowMachines()),
        ("help", Help()),
        ("web-17", ShowMachines(("web-17",))),
        ("unhealthy, disabled", ShowMachines(("unhealthy", "disabled"))),
        ("web-01..05 and build-1", ShowMachines(("web-01..05", "build-1"))),
        ("check web-17", CheckMachines(("web-17",))),
        ("check web-17,web-18", CheckMachines(("web-17", "web-18"))),
        ("enable `web-17`", EnableMachines(("web-17",))),
        ("disable web-17 because it's *hot*", DisableMachines(("web-17",), "it's *hot*")),
        ("disable web-17 until tomorrow 06:30 because of it", DisableMachines(("web-17",), "of it", "tomorrow 06:30")),
        ("disable web-17 for 2h because x", DisableMachines(("web-17",), "x", "in 2h")),
        ("disable target web-17 because until Monday", DisableMachines(("web-17",), "until Monday")),
        ("trust web-17", TrustKey("web-17")),
        ("trust the new key of web-17", TrustKey("web-17")),
        (
            "trust web-17 SHA256:Ab+/= because it was set up anew",
            TrustKey("web-17", "SHA256:Ab+/=", "it was set up anew"),
        ),
        ("disable web-17 and web-18", DisableMachines(("web-17", "web-18"))),
    ],
)
def test_it_is_understood_as_one_says_it(typed: str, wanted: WorkersRequest) -> None:
    assert parse_workers(typed) == wanted


@pytest.mark.parametrize("verb", ["check", "disable", "enable", "trust"])
def test_without_a_machine_nothing_happens_and_an_example_is_shown(verb: str) -> None:
    found = parse_workers(f"{verb} because x" if verb == "disable" else verb)
    assert isinstance(found, NotUnderstood)
    assert found.suggestion.startswith(f"{verb} web-17")
    assert not isinstance(parse_workers(found.suggestion), NotUnderstood)


@pytest.mark.parametrize(
    ("typed", "names", "script"),
    [
        ("run web-17: df -h", ("web-17",), "df -h"),
        ("run web-17 df -h", ("web-17",), "df -h"),
        ("run web-1,web-2 uptime", ("web-1", "web-2"), "uptime"),
        ("run web-1, web-2 and db-1: uptime", ("web-1", "web-2", "db-1"), "uptime"),
        ("run web-1:\nset -e\necho “one”\n", ("web-1",), 'set -e\necho "one"'),
        ("run web-1: ```\nfor a in 1 2; do echo $a; done\n```", ("web-1",), "for a in 1 2; do echo $a; done"),
        ("run web-1: `df -h`", ("web-1",), "df -h"),
        ("run web-1 echo a: b", ("web-1",), "echo a: b"),
        ("run web-1: curl -s <https://example.org/a:b> &gt; /dev/null &amp;&amp; echo", ("web-1",),
         "curl -s https://example.org/a:b > /dev/null && echo"),
        ("run web-1: ping <http://example.org|example.org>", ("web-1",), "ping example.org"),
        ("run", (), ""),
        ("run web-1", ("web-1",), ""),
    ],
)  # fmt: skip
def test_a_script_reaches_the_machine_as_it_was_typed(typed: str, names: tuple[str, ...], script: str) -> None:
    assert parse_workers(typed) == RunScript(names, script)
