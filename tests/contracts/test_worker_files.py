"""What every worker promises about the files that a step brings along."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
import time
from pathlib import Path

import pytest

from engine.contracts import Enclosure, LogLevel, Outcome, Parcel, Script, Secret, StepFile, StepFolder
from tests.contracts.conftest import Site
from tests.support.run_sinks import MemorySink, a_request, run
from workers.runner.protocol import launch_request
from workers.scripts import Bundle

ODD_NAMES = (
    " lead and end ",
    "-rf",
    "it's",
    '"quoted" $HOME `id`',
    "back\\slash",
    "größer😀",
    "new\nline",
    "*?[a]",
    "~",
    "a;b&c|d",
)


def a_folder(*files: StepFile, substitute: tuple[str, ...] = (), structured: tuple[str, ...] = ()) -> StepFolder:
    return StepFolder(files, substitute, structured)


def told(sink: MemorySink, level: LogLevel) -> str:
    return "".join(segment.text for segment in sink.segments if segment.level is level)


def test_files_lie_in_the_scripts_folder_with_variables_put_in(site: Site) -> None:
    folder = a_folder(
        StepFile("greeting.txt", b"Hello #{Name}, #{Missing}\n"),
        StepFile("deep/er/app.json", b'{"Level": "info"} // #{Name}\n'),
        substitute=("*.txt",),
        structured=("**/*.json", "*.yaml"),
    )
    result, sink = run(
        site.worker(),
        "cat greeting.txt\ncat deep/er/app.json",
        folder=folder,
        variables={"Name": Secret("correct-horse"), "Level": "debug"},
    )
    assert result.outcome is Outcome.SUCCEEDED
    assert told(sink, LogLevel.WARNING) == (
        '"greeting.txt": there is no value for #{Missing}; it was left as it is.\n'
        'No file matches the pattern "*.yaml" of structured_values.\n'
    )
    assert told(sink, LogLevel.INFO) == 'Hello ********, #{Missing}\n{"Level": "debug"} // #{Name}\n'
    assert "correct-horse" not in repr(sink.segments)


def test_a_file_that_cannot_be_made_fails_the_step_before_it_starts(site: Site) -> None:
    folder = a_folder(StepFile("app.json", b'{\n"a" 1}'), structured=("*",))
    result, sink = run(site.worker(), "echo never", folder=folder)
    assert result.outcome is Outcome.FAILED
    assert (
        result.message
        == '"app.json", line 2, column 5: This is not valid JSON: `:` was expected. The script was not started.'
    )
    assert result.hint == "Correct the file, or leave it out of structured_values."
    assert (sink.confirmed, sink.text()) == (0, "")


def test_what_is_said_of_the_files_is_in_the_log_once(site: Site) -> None:
    folder = a_folder(StepFile("a", b"#{No}"), substitute=("*",))
    request, sink = a_request("echo begun\nsleep 0.05\necho over", folder=folder), MemorySink()
    site.worker().ensure_and_follow(request, sink)
    again = MemorySink()
    site.worker().ensure_and_follow(request, again)
    assert sink.text() == again.text()
    assert sink.text().count("there is no value for #{No}") == 1
    assert sink.text().endswith("begun\nover\n")


def test_every_byte_and_the_executable_bit_arrive(real_site: Site) -> None:
    everything = bytes(range(256)) * 700
    folder = a_folder(
        StepFile("all.bin", everything),
        StepFile("empty", b""),
        StepFile("bin/hello", b"#!/bin/sh\necho hello from $0\n", executable=True),
        StepFile("bin/tool", b"\x7fELF\0not really", executable=True),
        StepFile("large.txt", b"line\n" * 100_000),
        StepFile("prelude.sh", b"a name that is free"),
    )
    body = """
        for number in $(seq 700); do
            printf '%b' "$(printf '\\\\x%02x' $(seq 0 255))"
        done | cmp - all.bin && echo same
        ./bin/hello
        wc -c < large.txt
        [ -x bin/tool ] && [ ! -x all.bin ] && [ ! -s empty ] && cat prelude.sh
        echo; find . -type f -perm /077
        echo no others; ls ..
    """
    result, sink = run(real_site.worker(), body, folder=folder)
    assert result.outcome is Outcome.SUCCEEDED
    lines = sink.text().split("\n")
    assert lines[:5] == ["same", "hello from ./bin/hello", "500000", "a name that is free", "no others"]
    assert "brought" not in lines


def test_names_with_any_characters_arrive(real_site: Site) -> None:
    files = [StepFile(f"{name}/{name}", name.encode()) for name in ODD_NAMES]
    files += [StepFile(f"binary/{name}", name.encode() + b"\0\xff", executable=True) for name in ODD_NAMES]
    request = a_request("find . -type f -name '*[!.]*' | wc -l", folder=a_folder(*files))
    sink = MemorySink()
    assert real_site.worker().ensure_and_follow(request, sink).outcome is Outcome.SUCCEEDED
    (work,) = (real_site.tickets / request.ticket).glob("try.*/work")
    for file in files:
        path = work / file.path
        assert path.read_bytes() == file.content
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if file.executable else 0o600)


def test_files_are_removed_with_the_ticket(real_site: Site) -> None:
    folder = a_folder(StepFile("a/secret", b"#{Password}"), StepFile("b.bin", b"\0"), substitute=("a/*",))
    request = a_request("cat a/secret > /dev/null", folder=folder, variables={"Password": Secret("correct-horse")})
    worker = real_site.worker()
    worker.ensure_and_follow(request, MemorySink())
    home = real_site.tickets / request.ticket
    assert any(b"correct-horse" in path.read_bytes() for path in home.rglob("*") if path.is_file())
    worker.clean_up(request.ticket)
    _wait_until_gone(home)
    assert not any(b"correct-horse" in path.read_bytes() for path in home.rglob("*") if path.is_file())


def test_many_files_arrive(real_site: Site) -> None:
    files = [StepFile(f"d{number % 120}/f{number}", b"x" * 100 + b"\0" * (number % 8 == 0)) for number in range(800)]
    result, sink = run(real_site.worker(), "find d* -type f | wc -l", folder=a_folder(*files))
    assert (result.outcome, sink.text().strip()) == (Outcome.SUCCEEDED, "800")


def test_a_folder_that_cannot_be_made_is_not_started(real_site: Site) -> None:
    folder = a_folder(StepFile("a", b"a file"), StepFile("a/b", b"below it"))
    result, sink = run(real_site.worker(), "echo never", folder=folder)
    assert result.outcome is Outcome.FAILED
    assert result.message == "The script was not started: its folder on the machine could not be prepared."
    assert sink.text() == ""


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/etc/x", "a//b", "", ".", "a/.", "a\0b"])
def test_a_path_that_leads_out_never_reaches_a_machine(path: str) -> None:
    with pytest.raises(ValueError, match="leads out of the folder"):
        launch_request("0" * 32, Bundle({}, ("bash",), (StepFile(path, b""),)))


def _wait_until_gone(home: Path) -> None:
    deadline = time.monotonic() + 20
    while list(home.glob("try.*")):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_packages_lie_beside_the_script_and_their_variables_are_whole_paths(full_site: Site, tmp_path: Path) -> None:
    plain = tmp_path / "app.tar"
    with tarfile.open(plain, "w") as tar:
        for name, content in (("index.html", b"hello"), ("bin/run.sh", b"pwd -P\ncat app/index.html\necho\n")):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    digest = hashlib.sha256(plain.read_bytes()).hexdigest()
    parcel = Parcel(plain, digest, plain.stat().st_size, "app", "1.4.0")
    path = "Octopus.Action.Package[app].ExtractedPath"
    changes: dict[str, object] = {
        "enclosures": (
            Enclosure(parcel, "app"),
            Enclosure(parcel, "whole.tar", is_unpacked=False),
            Enclosure(parcel, "."),
        ),
        "variables": {path: "app", "Whole": "whole.tar", "Other": "app"},
        "paths": frozenset({path, "Whole"}),
    }
    body = f"""
        pwd
        cmp whole.tar "$(get_octopusvariable Whole)" && get_octopusvariable '{path}'
        get_octopusvariable Other
        """
    result, sink = run(full_site.worker(), body, **changes)
    assert result.outcome is Outcome.SUCCEEDED, sink.text("stderr")
    folder, told_path = sink.text().splitlines()
    assert told_path == f"{folder}/appapp"
    python = f"print(get_octopusvariable({path!r}) == __import__('os').path.abspath('app'))"
    _, sink = run(full_site.worker(), "", script=Script(python, "python"), **changes)
    assert sink.text() == "True\n"
    result, sink = run(full_site.worker(), "", script=Script("", file="bin/run.sh"), **changes)
    assert sink.text().splitlines()[1:] == ["hello"]


def test_a_package_that_cannot_be_unpacked_starts_nothing_and_says_what_tar_said(
    full_site: Site, tmp_path: Path
) -> None:
    broken = tmp_path / "app.tar"
    broken.write_bytes(b"no archive" * 100)
    parcel = Parcel(broken, hashlib.sha256(broken.read_bytes()).hexdigest(), 1000, "app", "1.4.0")
    result, sink = run(full_site.worker(), "echo never", enclosures=(Enclosure(parcel, "app"),))
    assert result.message == "The script was not started: its folder on the machine could not be prepared."
    assert "tar" in sink.text("stderr")
    assert "never" not in sink.text()
