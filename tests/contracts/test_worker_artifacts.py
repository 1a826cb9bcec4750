"""What every worker promises about the files that a script names to be kept."""

from __future__ import annotations

from pathlib import Path

from engine.contracts import ArtifactLimits, LogLevel, Outcome, Script, Secret
from tests.contracts.conftest import Site
from tests.support.run_sinks import MemorySink, a_request, again, run


def warnings(sink: MemorySink) -> list[str]:
    return "".join(segment.text for segment in sink.segments if segment.level is LogLevel.WARNING).splitlines()


def test_files_are_collected_whole_wherever_they_lie(real_site: Site, tmp_path: Path) -> None:
    odd = 'it\'s a "b" $HOME\n*.txt'
    body = f"""
        mkdir -p out "{tmp_path}/new/deep"
        printf 'a\\000b\\377' > out/small.bin
        head -c 3000000 /dev/zero | tr '\\0' x > big.txt
        : > empty
        cp out/small.bin "$(get_octopusvariable Odd)"
        echo far > {tmp_path}/new/deep/far.log
        new_octopusartifact out/small.bin
        new_octopusartifact "$PWD/big.txt" "renamed.txt"
        new_octopusartifact empty
        new_octopusartifact "$(get_octopusvariable Odd)"
        cd out; new_octopusartifact {tmp_path}/new/deep/far.log
        new_octopusartifact small.bin
    """
    result, sink = run(real_site.worker(), body, variables={"Odd": odd})
    assert result.outcome is Outcome.SUCCEEDED
    assert warnings(sink) == []
    assert list(sink.artifacts.values()) == [
        ("small.bin", b"a\0b\xff"),
        ("renamed.txt", b"x" * 3_000_000),
        ("empty", b""),
        ('it\'s a "b" $HOME *.txt', b"a\0b\xff"),
        ("far.log", b"far\n"),
    ]
    assert "The artifact renamed.txt (2.9 MB) was kept.\n" in sink.text("foredeck")


def test_they_are_collected_also_when_the_step_failed_or_was_canceled(real_site: Site) -> None:
    result, sink = run(real_site.worker(), "echo why > report; new_octopusartifact report; fail_step 'it is down'")
    assert (result.outcome, result.message) == (Outcome.FAILED, "it is down")
    assert sink.artifacts == {0: ("report", b"why\n")}
    canceled = MemorySink()
    canceled.on_record = canceled.cancel.set
    body = "echo half > report; new_octopusartifact report; echo begun; sleep 60"
    assert real_site.worker().ensure_and_follow(a_request(body), canceled).outcome is Outcome.CANCELED
    assert canceled.artifacts == {0: ("report", b"half\n")}


def test_what_cannot_be_kept_is_said_and_fails_nothing(real_site: Site, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("private")
    body = f"""
        mkdir folder; mkfifo fifo; ln -s {tmp_path}/key link; ln -s {tmp_path} way; ln -s folder inside
        echo kept > folder/file
        for name in nowhere folder fifo link way/key ../../owner /dev/zero; do new_octopusartifact $name; done
        new_octopusartifact inside/file
        echo "##octopus[createArtifact name='{"eA=="}']"
    """
    result, sink = run(real_site.worker(), body)
    assert result.outcome is Outcome.SUCCEEDED
    assert list(sink.artifacts.values()) == [("file", b"kept\n")]
    assert sorted(line.removeprefix("The artifact ") for line in warnings(sink)) == [
        "The service message createArtifact has no path; it was left out.",
        "fifo was not kept: it is no ordinary file.",
        "folder was not kept: it is a folder. Pack it, for example `tar czf site.tgz site/`, and name the archive.",
        "key was not kept: a link on its way leads out of the script's folder.",
        "link was not kept: it is a link. Name the file that it leads to.",
        "nowhere was not kept: there is no such file.",
        "owner was not kept: a link on its way leads out of the script's folder.",
        "zero was not kept: it is no ordinary file.",
    ]


def test_what_is_too_large_is_not_sent(real_site: Site) -> None:
    sink = MemorySink()
    sink.limits = ArtifactLimits(file=1 << 20, room=1 << 19)
    body = """
        truncate -s 2000000 large; truncate -s 1000000 middle; echo x > small
        for name in large middle small; do new_octopusartifact $name; done
    """
    assert real_site.worker().ensure_and_follow(a_request(body), sink).outcome is Outcome.SUCCEEDED
    assert [name for name, _ in sink.artifacts.values()] == ["small"]
    assert warnings(sink) == [
        "The artifact large was not kept: it has 1.9 MB, and a file may have 1MB.",
        "The artifact middle was not kept: it has 976.6 kB, and the artifacts of this deployment are at their limit.",
    ]


def test_a_secret_is_in_no_name_and_a_file_that_holds_one_is_marked(real_site: Site) -> None:
    body = """
        secret=$(get_octopusvariable Password)
        echo nothing > "$secret.txt"; new_octopusartifact "$secret.txt"
        { head -c 1048570 /dev/zero; echo "$secret"; } > across; new_octopusartifact across
        printf '%s' "$secret" | base64 > encoded; new_octopusartifact encoded
        new_octopusartifact missing "$secret"
    """
    _, sink = run(real_site.worker(), body, variables={"Password": Secret("correct-horse-battery")})
    assert [name for name, _ in sink.artifacts.values()] == ["********.txt", "across", "encoded"]
    assert sink.secretive == {1, 2}
    assert "correct-horse" not in repr(sink.segments)
    assert "The artifact ******** was not kept: there is no such file." in warnings(sink)


def test_a_bot_that_stops_meanwhile_goes_on_with_the_next_file(full_site: Site) -> None:
    body = "for name in a b c; do echo $name > $name; new_octopusartifact $name; done"
    request, sink = a_request(body), MemorySink()

    def stop_after_the_first() -> None:
        if len(sink.artifacts) == 1:
            sink.stop.set()

    sink.on_record = stop_after_the_first
    assert full_site.worker().ensure_and_follow(request, sink).outcome is Outcome.DETACHED
    assert [name for name, _ in sink.artifacts.values()] == ["a"]
    sink.artifacts.clear()
    sink.on_record = lambda: None
    assert full_site.worker().ensure_and_follow(again(request, sink), sink).outcome is Outcome.SUCCEEDED
    assert sink.artifacts == {1: ("b", b"b\n"), 2: ("c", b"c\n")}
    assert sink.text("foredeck").count("was kept") == 3


def test_python_names_them_too(full_site: Site) -> None:
    body = """
open("report.json", "w").write("{}")
createartifact("report.json")
createartifact("report.json", "b.json")
"""
    _, sink = run(full_site.worker(), "", script=Script(body, "python"))
    assert list(sink.artifacts.values()) == [("report.json", b"{}"), ("b.json", b"{}")]
