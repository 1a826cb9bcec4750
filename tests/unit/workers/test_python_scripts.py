"""Python scripts as people write them, run by a real Python; what they print is read as in a deployment."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts import Link, OutputVariable, Secret
from tests.support.script_runs import Ran, run, told
from workers.scripts import bundle
from workers.scripts.prelude import octopusvariables


def python(body: str, variables: dict[str, str | Secret] | None = None, **changes: object) -> Ran:
    return run(body, variables, syntax="python", **changes)


def test_a_script_reads_its_variables() -> None:
    ran = python(
        """
print([get_octopusvariable("Octopus.Release[a 'b'].Number"), get_octopusvariable("missing")])
print(octopusvariables["LOGLEVEL"], octopusvariables.get("no"), "loglevel" in octopusvariables, len(octopusvariables))
try:
    octopusvariables["no"]
except KeyError as error:
    print("no such", error)
""",
        {"Octopus.Release[a 'b'].Number": "1.4.0\n'q' $(id) ü", "LogLevel": Secret("info")},
    )
    assert ran.stdout == "[\"1.4.0\\n'q' $(id) ü\", '']\ninfo None True 2\nno such 'no'\n"
    assert (ran.stderr, ran.exit_code) == ("", 0)


def test_variables_are_neither_in_the_environment_nor_in_argv_nor_left_on_the_disk() -> None:
    body = """
import os, sys
print(dict(os.environ), sys.argv, open("/proc/self/cmdline").read(), open("/proc/self/environ").read())
"""
    ran = python(body, {"pass": Secret("hunter22")})
    assert "hunter22" not in ran.stdout
    assert ran.left == [".foredeck-prelude.py", "script.py"]


def test_what_lies_beside_a_script_is_imported_by_it_and_by_nothing_of_ours() -> None:
    ours = dict.fromkeys(("types.py", "json.py", "base64.py"), "raise RuntimeError('not meant')")
    ran = python("import tools; print(tools.NAME)", beside={**ours, "tools.py": "NAME = 'mine'"})
    assert (ran.stdout, ran.stderr) == ("mine\n", "")


def test_sets_output_variables_and_reads_them_back() -> None:
    ran = python("""
set_octopusvariable("Url", "https://x/ü")
set_octopusvariable("Token", "s3cret-token", True)
set_octopusvariable("Count", 3)
print(octopusvariables["url"], get_octopusvariable("Token"), get_octopusvariable("Count"))
""")
    assert ran.taken.outputs == (
        OutputVariable("Url", "https://x/ü"),
        OutputVariable("Token", Secret("s3cret-token")),
        OutputVariable("Count", "3"),
    )
    assert told(ran) == [("info", "https://x/ü ******** 3\n")]


def test_each_helper_says_what_its_twin_in_bash_says() -> None:
    ran = python("""
printverbose("a"); printhighlight("b"); printwait("c"); printwarning(4); print("e")
updateprogress(40, "half way")
set_environmenturl("https://shop.example.org", "Shop")
createartifact("script.py", "the script")
set_environmentstate("colour", "blue")
""")
    assert told(ran)[:5] == [
        ("verbose", "a\n"), ("highlight", "b\n"), ("wait", "c\n"), ("warning", "4\n"), ("info", "e\n")
    ]  # fmt: skip
    assert (ran.taken.percentage, ran.taken.percentage_message) == (40, "half way")
    assert ran.taken.links == (Link("https://shop.example.org", "Shop"),)


def test_a_failed_step_has_a_reason_and_octopus_exit_code() -> None:
    ran = python("try:\n    failstep('No database')\nfinally:\n    print('bye')")
    assert (ran.exit_code, ran.result_message, told(ran)) == (255, "No database", [("info", "bye\n")])


def test_a_script_behaves_as_if_python_ran_it_alone() -> None:
    ran = python(
        """
import sys, atexit, pathlib, __main__
print(__name__, __file__, sys.argv, __main__.here if "here" in globals() else "main", pathlib.Path(".").exists())
atexit.register(print, "at exit")
class Kept: pass
import pickle
print(type(pickle.loads(pickle.dumps(Kept()))).__name__)
sys.exit(7)
""",
        parameters=("--to", "it's; $HOME"),
    )
    assert ran.exit_code == 7
    assert ran.stdout.splitlines() == [
        "__main__ ./script.py ['./script.py', '--to', \"it's; $HOME\"] main True", "Kept", "at exit"
    ]  # fmt: skip


def test_an_error_names_the_script_and_its_line_and_nothing_of_ours() -> None:
    ran = python("def fail():\n    raise ValueError('no')\nfail()")
    assert ran.exit_code == 1
    assert ran.stderr.startswith('Traceback (most recent call last):\n  File "./script.py", line 3, in <module>\n')
    assert ran.stderr.endswith("ValueError: no\n")
    assert "prelude" not in ran.stderr
    broken = python("print(1)\nx = = 2")
    assert broken.exit_code == 1
    assert 'File "./script.py", line 2' in broken.stderr
    assert "prelude" not in broken.stderr


def test_what_it_prints_arrives_at_once_and_in_any_locale() -> None:
    ran = python(
        "import os\nprint('größer 😀')\nos._exit(0)",  # no flush at the end
        env_vars={"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    assert ran.stdout == "größer 😀\n"


def test_modules_beside_the_script_may_use_the_helpers() -> None:
    body = """
open("own.py", "w").write("def hello():\\n    printhighlight('hello ' + get_octopusvariable('Name'))")
import own
own.hello()
"""
    assert told(python(body, {"Name": "Ana"})) == [("highlight", "hello Ana\n")]


def test_the_prelude_needs_nothing_that_python_3_6_does_not_have() -> None:
    import ast

    from tests.support.script_runs import a_request

    text = bundle(a_request("", syntax="python")).files[".foredeck-prelude.py"].decode()
    ast.parse(text, feature_version=(3, 6))
    assert octopusvariables == {}, "importing it runs nothing"


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12)
VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


@settings(max_examples=15)
@given(st.dictionaries(NAMES, VALUES, max_size=5))
def test_any_name_and_value_arrives_and_comes_back_unchanged(variables: dict[str, str]) -> None:
    ran = python("for name, value in list(octopusvariables.items()): set_octopusvariable(name, value)", variables)
    assert {output.name: output.value for output in ran.taken.outputs} == variables
