"""What every worker promises, whether it has processes or not."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.contracts import ActionResult, LogLevel, Outcome, OutputVariable, Secret
from engine.ports import Worker
from tests.contracts.conftest import Site
from tests.support.run_sinks import MemorySink, a_request, again, run


def test_a_script_that_ends_well_succeeds(site: Site) -> None:
    result, sink = run(site.worker(), "echo deployed")
    assert result == ActionResult(Outcome.SUCCEEDED, exit_code=0)
    assert sink.text() == "deployed\n"
    assert sink.confirmed == 1


def test_an_exit_code_is_a_failure_with_the_code(site: Site) -> None:
    result, _ = run(site.worker(), "exit 3")
    assert result.outcome is Outcome.FAILED
    assert result.exit_code == 3
    assert result.message == "The script ended with exit code 3."


def test_each_stream_keeps_its_order_and_its_name(site: Site) -> None:
    _, sink = run(site.worker(), "echo one\necho bad >&2\necho two\necho worse >&2")
    assert sink.text("stdout") == "one\ntwo\n"
    assert sink.text("stderr") == "bad\nworse\n"
    assert {segment.level for segment in sink.segments if segment.stream == "stderr"} == {LogLevel.ERROR}


def test_the_last_line_needs_no_end(site: Site) -> None:
    _, sink = run(site.worker(), "printf 'no newline'")
    assert sink.text() == "no newline"


def test_a_script_without_output_is_fine(site: Site) -> None:
    result, sink = run(site.worker(), "sleep 0.01")
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text() == ""


def test_variables_arrive_and_come_back(site: Site) -> None:
    body = "echo \"$(get_octopusvariable Greeting)\"\nset_octopusvariable Answer 'a b'"
    _, sink = run(site.worker(), body, variables={"Greeting": 'it\'s $HOME; "x"'})
    assert sink.text() == 'it\'s $HOME; "x"\n'
    assert sink.outputs == [OutputVariable("Answer", "a b")]


def test_a_secret_shows_nowhere(site: Site) -> None:
    secret = Secret("correct-horse")
    _, sink = run(site.worker(), 'echo "$(get_octopusvariable Password)"', variables={"Password": secret})
    assert sink.text() == "********\n"
    assert "correct-horse" not in repr(sink.segments)


def test_cancel_ends_it_and_says_what_stopped(site: Site) -> None:
    sink = MemorySink()
    sink.on_record = sink.cancel.set
    result = site.worker().ensure_and_follow(a_request("echo begun\nsleep 60\necho over"), sink)
    assert result.outcome is Outcome.CANCELED
    assert result.message == "The script was canceled; it ended when it was asked to."
    assert sink.text() == "begun\n"


def test_what_ignores_term_is_killed(site: Site) -> None:
    sink = MemorySink()
    sink.on_record = sink.cancel.set
    result = site.worker().ensure_and_follow(a_request("trap '' TERM\necho begun\nsleep 60\nsleep 60"), sink)
    assert result.outcome is Outcome.CANCELED
    assert "had to be killed: " in result.message
    assert "bash" in result.message


def test_canceled_before_the_launch_nothing_is_started(site: Site) -> None:
    sink = MemorySink()
    sink.cancel.set()
    result = site.worker().ensure_and_follow(a_request("echo never"), sink)
    assert result.outcome is Outcome.CANCELED
    assert sink.confirmed == 0


def test_the_time_limit_counts_from_the_first_launch(site: Site) -> None:
    started_at = datetime.now(UTC) - timedelta(hours=1)
    result, _ = run(site.worker(), "sleep 60", time_limit=timedelta(minutes=15), started_at=started_at)
    assert result.outcome is Outcome.TIMED_OUT
    assert result.message.startswith("The script took longer than its time limit of 15m: it ended when")


def test_a_detached_action_goes_on_without_gap_and_double(site: Site) -> None:
    body = "".join(f"echo line {number}\nsleep 0.02\n" for number in range(20))
    sink = MemorySink()
    request = a_request(body)
    detached = 0
    while True:
        sink.on_record = sink.stop.set
        result = site.worker().ensure_and_follow(request, sink)
        if result.outcome is not Outcome.DETACHED:
            break
        detached += 1
        request = again(request, sink)
        sink.stop.clear()
    assert detached > 1
    assert result.outcome is Outcome.SUCCEEDED
    assert sink.text() == "".join(f"line {number}\n" for number in range(20))
    assert sink.confirmed == 1


def test_detaching_is_quick_even_when_the_script_is_quiet(site: Site) -> None:
    sink = MemorySink()
    worker, request = site.worker(), a_request("sleep 60")
    results: list[ActionResult] = []
    follower = threading.Thread(target=lambda: results.append(worker.ensure_and_follow(request, sink)))
    follower.start()
    _wait_for(lambda: sink.confirmed)
    sink.stop.set()
    follower.join(5)
    assert [result.outcome for result in results] == [Outcome.DETACHED]
    _cancel(worker, again(request, sink))


def test_one_ticket_runs_once(site: Site) -> None:
    request = a_request("echo $$\nsleep 0.2")
    sinks = [MemorySink() for _ in range(4)]
    threads = [threading.Thread(target=site.worker().ensure_and_follow, args=(request, sink)) for sink in sinks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({sink.text() for sink in sinks}) == 1
    assert sinks[0].text().strip().isdecimal()


def test_a_ticket_that_is_followed_after_its_end_gives_the_same_result(site: Site) -> None:
    request = a_request("echo $$\nexit 4")
    first, second = MemorySink(), MemorySink()
    site.worker().ensure_and_follow(request, first)
    result = site.worker().ensure_and_follow(request, second)
    assert result.exit_code == 4
    assert second.text() == first.text()


def test_a_confirmed_ticket_that_is_not_there_is_lost_and_not_started(site: Site) -> None:
    result, sink = _follow_confirmed(site.worker(), "echo never")
    assert result.outcome is Outcome.LOST
    assert result.message == (
        "The script was started, but nothing of it is on the machine any more (was its folder removed?), "
        "so how it ended is not known."
    )
    assert "run it again" in result.hint
    assert sink.text() == ""


def test_a_ticket_that_vanishes_is_lost(site: Site) -> None:
    request, sink = a_request("sleep 0.01"), MemorySink()
    site.worker().ensure_and_follow(request, sink)
    site.forget(request.ticket)
    result = site.worker().ensure_and_follow(again(request, sink), sink)
    assert result.outcome is Outcome.LOST


def test_a_script_that_is_killed_has_failed_with_a_reason(site: Site) -> None:
    result, _ = run(site.worker(), "kill -9 $$")
    assert result.outcome is Outcome.FAILED
    assert result.exit_code == 137
    assert "was ended by SIGKILL" in result.message
    assert "out of memory" in result.hint


def test_when_all_of_it_is_killed_it_is_lost(site: Site) -> None:
    result, _ = run(site.worker(), "echo begun\nsleep 0.05\nkill -9 0")
    assert result.outcome is Outcome.LOST
    assert result.message == (
        "The script and what watched over it were killed from outside, so how it ended is not known."
    )
    if site.real:
        assert "`KillUserProcesses=yes`" in result.hint


def test_after_the_clean_up_a_ticket_is_never_run_again(site: Site) -> None:
    request = a_request("echo $$\nexit 5")
    worker = site.worker()
    worker.ensure_and_follow(request, MemorySink())
    worker.clean_up(request.ticket)
    sink = MemorySink()
    result = site.worker().ensure_and_follow(request, sink)
    assert result.outcome is Outcome.LOST
    assert "ended on the machine before (exit code 5) and was cleaned up" in result.message
    assert sink.text() == ""


def test_cleaning_up_what_is_not_there_is_no_error(site: Site) -> None:
    site.worker().clean_up("0" * 32)


def test_many_actions_at_once_do_not_mix(site: Site) -> None:
    worker = site.worker()
    sinks = [MemorySink() for _ in range(8)]
    threads = [
        threading.Thread(target=worker.ensure_and_follow, args=(a_request(f"echo {n}\nsleep 0.05\necho {n}"), sink))
        for n, sink in enumerate(sinks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [sink.text() for sink in sinks] == [f"{n}\n{n}\n" for n in range(8)]


def test_it_tells_its_health(site: Site) -> None:
    health = site.worker().check_health()
    assert health.healthy
    assert health.message.endswith(" can work.")
    assert {"shell", "bash"} <= set(health.facts)


def test_a_variable_that_no_shell_can_hold_is_a_clear_failure(site: Site) -> None:
    result, sink = run(site.worker(), "echo never", variables={"Bad": "a\0b"})
    assert result.outcome is Outcome.FAILED
    assert result.message == 'The variable "Bad" cannot be given to a script: it contains the character NUL.'
    assert sink.confirmed == 0


@pytest.mark.parametrize("times", [2])
def test_a_worker_works_again_after_it_was_closed(site: Site, times: int) -> None:
    worker = site.worker()
    for _ in range(times):
        assert run(worker, "echo here")[1].text() == "here\n"
        worker.close()


def _follow_confirmed(worker: Worker, body: str) -> tuple[ActionResult, MemorySink]:
    sink = MemorySink()
    sink.launch_confirmed()
    return worker.ensure_and_follow(a_request(body, launch_confirmed=True), sink), sink


def _cancel(worker: Worker, request: object) -> None:
    sink = MemorySink()
    sink.launch_confirmed()
    sink.cancel.set()
    worker.ensure_and_follow(replace(request, launch_confirmed=True), sink)


def _wait_for(condition: object) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
