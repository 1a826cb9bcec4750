"""Output variables: the names under which later steps find them."""

from __future__ import annotations

from engine.domain.outputs import SetOutput, named

PLAIN = "Octopus.Action[install].Output.Port"


def output(machine: str, value: str) -> SetOutput[str]:
    return SetOutput("install", machine, "Port", value)


def test_what_ran_once_is_found_by_the_step_and_the_name() -> None:
    assert named([output("", "80")]) == {PLAIN: "80"}


def test_each_machine_is_found_by_its_name_and_the_last_writer_by_none() -> None:
    assert named([output("web-1", "81"), output("web-2", "82")]) == {
        "Octopus.Action[install].Output[web-1].Port": "81",
        "Octopus.Action[install].Output[web-2].Port": "82",
        PLAIN: "82",
    }


def test_on_a_machine_the_plain_name_is_its_own_value() -> None:
    set_by_both = [output("web-1", "81"), output("web-2", "82")]
    assert named(set_by_both, machine="web-1")[PLAIN] == "81"
    assert named(set_by_both, machine="web-2")[PLAIN] == "82"
    assert named(set_by_both, machine="web-3")[PLAIN] == "82"


def test_a_value_set_again_is_the_last_one() -> None:
    assert named([output("web-1", "81"), output("web-1", "99")], machine="web-1")[PLAIN] == "99"
