"""Bash scripts as people write them, run by a real Bash; what they print is read as in a deployment."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts import Link, OutputVariable, Secret
from engine.errors import ForedeckError
from tests.support.script_runs import Variables, a_request, run, told
from workers.scripts import UnknownSyntax, UnusableVariable, bundle


@pytest.mark.parametrize("setting", ["", "set -euo pipefail; ", "shopt -s nocasematch; "])
def test_a_variable_is_found_whatever_the_case_of_its_name(setting: str) -> None:
    body = f'{setting}v=$(get_octopusvariable LOGLEVEL); echo "[$v]"; case A in a) echo caseless;; esac'
    printed = run(body, {"LogLevel": "info", "LogLevels": "x"}).stdout
    assert printed == "[info]\n" + ("caseless\n" if "nocasematch" in setting else "")


def test_a_name_is_no_pattern() -> None:
    assert run("get_octopusvariable 'a*'", {"ab": "x", "a*": "y"}).stdout == "y"


def test_a_script_reads_its_variables() -> None:
    ran = run(
        """
        set -euo pipefail
        echo "[$(get_octopusvariable 'Octopus.Release[a "b"].Number $x')]"
        echo "[$(get_octopusvariable missing)]"
        echo "[${octopus_parameters["it's ]"]}] ${#octopus_parameters[@]}"
        """,
        {
            'Octopus.Release[a "b"].Number $x': "1.4.0\n'q' \\ $(id)",
            "it's ]": Secret("hidden"),
            "empty": "",
            "@": "at",
            "*": "star",
        },
    )
    assert (ran.stdout, ran.stderr, ran.exit_code) == ("[1.4.0\n'q' \\ $(id)]\n[]\n[hidden] 5\n", "", 0)


def test_variables_are_neither_in_the_environment_nor_left_on_the_disk() -> None:
    ran = run("env; set -o posix; export -p; ls; cat .foredeck-variables", {"pass": Secret("hunter22")})
    assert "hunter22" not in ran.stdout
    assert "BASH_ENV" not in ran.stdout
    assert ran.left == [".foredeck-bootstrap.sh", ".foredeck-prelude.sh", ".foredeck-variables", "script.sh"]


def test_no_variables_are_fine_even_with_nounset() -> None:
    ran = run('set -u; echo "[$(get_octopusvariable x)]${#octopus_parameters[@]}"')
    assert (ran.stdout, ran.stderr) == ("[]0\n", "")


@pytest.mark.parametrize(
    ("body", "exit_code", "stdout"),
    [
        ("exit 7", 7, ""),
        ("false\ntrue", 0, ""),
        ("set -e\necho a\nfalse\necho b", 1, "a\n"),
        ("trap 'echo bye' EXIT\nexit 3", 3, "bye\n"),
        ("trap 'echo line $LINENO' ERR\nfalse\nexit 2", 2, "line 2\n"),
        ('echo "$0 ${BASH_SOURCE[0]} $LINENO $#"', 0, "./script.sh ./script.sh 1 0\n"),
        ('[[ "${BASH_SOURCE[0]}" == "$0" ]] && echo main', 0, "main\n"),
        ("cat <<EOF\nhere\nEOF\n", 0, "here\n"),
        ("echo windows\r\ntrue\r\n", 0, "windows\n"),
        ("kill -9 $$", -9, ""),
        ("no-such-command-here", 127, ""),
    ],
)
def test_a_script_behaves_as_if_bash_ran_it_alone(body: str, exit_code: int, stdout: str) -> None:
    ran = run(body)
    assert (ran.exit_code, ran.stdout) == (exit_code, stdout)


def test_errors_name_the_script_and_its_line() -> None:
    assert run("true\nno-such-command-here").stderr == "./script.sh: line 2: no-such-command-here: command not found\n"


def test_starts_as_well_when_the_environment_asks_for_posix_mode() -> None:
    assert run("get_octopusvariable a", {"a": "b"}, {"POSIXLY_CORRECT": "1", "BASH_ENV": "/nowhere"}).stdout == "b"


def test_sets_output_variables() -> None:
    ran = run(
        """
        set -eu
        set_octopusvariable "Package Path" "/srv/ä
        b"
        set_octopusvariable token "s3cret-token" -sensitive
        set_octopusvariable empty ""
        (set_octopusvariable sub shell)
        echo "s3cret-token"
        """
    )
    assert ran.taken.outputs == (
        OutputVariable("Package Path", "/srv/ä\n        b"),
        OutputVariable("token", Secret("s3cret-token")),
        OutputVariable("empty", ""),
        OutputVariable("sub", "shell"),
    )
    assert told(ran) == [("info", "********\n")]


def test_a_long_value_arrives_whole() -> None:
    ran = run("""set_octopusvariable long "$(printf 'x%.0s' {1..20000})" """)
    assert ran.taken.outputs == (OutputVariable("long", "x" * 20000),)


def test_writes_at_every_level() -> None:
    ran = run(
        """
        IFS=,
        write_verbose a b
        write_highlight "c
        d"
        write_wait e
        write_warning '%s \\n'
        echo f
        """
    )
    assert told(ran) == [
        ("verbose", "a b\n"),
        ("highlight", "c\n        d\n"),
        ("wait", "e\n"),
        ("warning", "%s \\n\n"),
        ("info", "f\n"),
    ]


def test_fails_with_a_reason() -> None:
    ran = run("trap 'echo cleaned' EXIT\nfail_step 'The disk is full.'\necho not reached")
    assert (ran.exit_code, ran.result_message, told(ran)) == (1, "The disk is full.", [("info", "cleaned\n")])
    assert run("fail_step").exit_code == 1


def test_tells_progress_and_links() -> None:
    ran = run(
        """
        update_progress 10
        update_progress 60 "more than half"
        set_environmenturl https://example.org/
        set_environmenturl "The site" https://example.org/a
        set_environmenturl https://example.org/b "Other site"
        """
    )
    assert (ran.taken.percentage, ran.taken.percentage_message) == (60, "more than half")
    assert ran.taken.links == (
        Link("https://example.org/"),
        Link("https://example.org/a", "The site"),
        Link("https://example.org/b", "Other site"),
    )
    assert told(ran) == []


def test_what_has_no_effect_yet_is_told() -> None:
    ran = run("set_environmentstate colour blue")
    assert told(ran) == [
        ("verbose", 'The environment state "colour" is not supported; it was left out.\n'),
    ]


def test_child_scripts_have_the_functions_but_not_the_variables() -> None:
    ran = run("bash -c 'write_highlight child; get_octopusvariable a' || echo refused", {"a": "b"})
    assert told(ran) == [
        ("highlight", "child\n"),
        ("info", "refused\n"),
        (
            "error",
            'get_octopusvariable: the variables are known to the step\'s own script only; hand "a" on to this one.\n',
        ),
    ]


def test_the_error_of_an_unusable_variable_says_which_and_what_to_do() -> None:
    cases: list[tuple[Variables, str]] = [
        ({"a\0b": "x"}, 'The variable "a␀b" cannot be given to a script: it contains the character NUL.'),
        ({"a": Secret("x\0")}, 'The variable "a" cannot be given to a script: it contains the character NUL.'),
        ({"": "x"}, 'The variable "" cannot be given to a script: it has no name.'),
        ({"a": "\ud800"}, 'The variable "a" cannot be given to a script: it is not valid text.'),
    ]
    for variables, sentence in cases:
        with pytest.raises(UnusableVariable) as caught:
            bundle(a_request("", variables))
        assert str(caught.value) == sentence
        assert "base64" in caught.value.hint
        assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("syntax", ["bash", "python", "powershell"])
@pytest.mark.parametrize("value", ["\ud800", "a\0"])
def test_a_parameter_that_no_script_can_hold_is_named(syntax: str, value: str) -> None:
    with pytest.raises(UnusableVariable, match="parameter 2"):
        bundle(a_request("", syntax=syntax, parameters=("fine", value)))


def test_a_language_that_nobody_runs_is_refused() -> None:
    with pytest.raises(UnknownSyntax, match=r'A script in "csharp" cannot be run\.') as caught:
        bundle(a_request("", syntax="csharp"))
    assert isinstance(caught.value, ForedeckError)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


def differ_in_more_than_case(names: Iterable[str]) -> bool:
    """Of two that do not, the configuration accepts one."""
    listed = list(names)
    return all(len({change(name) for name in listed}) == len(listed) for change in (str.casefold, str.upper, str.lower))


VARIABLES = st.dictionaries(NAMES, VALUES, max_size=5).filter(differ_in_more_than_case)


@settings(max_examples=40)
@given(VARIABLES, st.sampled_from(["C", "C.UTF-8"]))
def test_any_name_and_value_arrives_and_comes_back_unchanged(variables: dict[str, str], locale: str) -> None:
    ran = run(
        """
        set -eu
        for name in "${_foredeck_names[@]}"; do
            value=$(get_octopusvariable "$name"; printf .)
            [ "${value%.}" = "${octopus_parameters["$name"]}" ]
            set_octopusvariable "$name" "${value%.}"
        done
        """,
        variables,
        {"LC_ALL": locale},
    )
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert {output.name: output.value for output in ran.taken.outputs} == variables


def test_parameters_are_the_scripts_own_and_stand_in_no_argv() -> None:
    ran = run(
        """
        printf '[%s]' "$#" "$@"; echo
        tr '\\0' ' ' </proc/$$/cmdline; echo
        shift; echo "$1"; f() { echo "f has $#"; }; f
        """,
        parameters=("--to", Secret("it's; $HOME `id`\n2"), ""),
    )
    lines = ran.stdout.splitlines()
    assert lines[:2] == ["[3][--to][it's; $HOME `id`", "2][]"]
    assert lines[2].split() == ["bash", "./script.sh"] or lines[2].split()[1:] == ["./script.sh"]
    assert lines[3:] == ["it's; $HOME `id`", "2", "f has 0"]
    assert ran.left == [".foredeck-bootstrap.sh", ".foredeck-prelude.sh", ".foredeck-variables", "script.sh"]
