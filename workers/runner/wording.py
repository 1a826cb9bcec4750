"""What people read about how a run ended. Sentences only: what happened, what it means, what to do next."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from datetime import timedelta

from engine.contracts import ActionRequest, ActionResult, Outcome
from workers.runner.channels import CannotConnect, ChannelLost

_LOST_HINT = "Look on the machine whether its work is done, then choose to run it again or to fail the step."
_LOGIND_HINT = (
    "If this comes with every broken connection, the machine's logind has `KillUserProcesses=yes`: set it to `no` "
    "there, or `loginctl enable-linger` the account."
)


def ended(detail: str, killed: Sequence[str], result_message: str, request: ActionRequest) -> ActionResult:
    """The result for a run that ended with `detail`: an exit code, or how it was ended."""
    if detail == "canceled":
        return ActionResult(Outcome.CANCELED, message=f"The script was canceled; {_what_stopped(killed)}")
    if detail == "timed_out":
        limit = duration(request.time_limit)
        return ActionResult(
            Outcome.TIMED_OUT,
            message=f"The script took longer than its time limit of {limit}: {_what_stopped(killed)}",
            hint="Raise the step's time limit if it needs more time, or look in the log for what it waited for.",
        )
    if detail == "overflowed":
        return ActionResult(
            Outcome.FAILED,
            message=f"The script printed more than {size(request.output_limit)}: {_what_stopped(killed)}",
            hint="Let it print less, or write the rest to a file; the first part is in the log.",
        )
    if detail == "unstarted":
        return ActionResult(
            Outcome.FAILED,
            message="The script was not started: its folder on the machine could not be prepared.",
            hint="Look whether the disk is full or the folder was removed.",
        )
    code = int(detail)
    if code == 0:
        return ActionResult(Outcome.SUCCEEDED, exit_code=0, message=result_message)
    message, hint = _exit_code(code)
    return ActionResult(Outcome.FAILED, exit_code=code, message=result_message or message, hint=hint)


def judged(result: ActionResult, request: ActionRequest, *, has_error_output: bool) -> ActionResult:
    """The result, failed where the script succeeded and text on stderr is meant to fail it."""
    fails = request.script.fails_on_error_output and has_error_output
    if result.outcome is not Outcome.SUCCEEDED or not fails:
        return result
    return ActionResult(
        Outcome.FAILED,
        exit_code=0,
        message="The script ended with exit code 0, but wrote to stderr, which fails this step.",
        hint="Send what is no error to stdout (`2>&1`), or set `fail_on_error_output: false` for the step.",
    )


def left_behind(processes: Sequence[str]) -> str:
    """What the script started in the background and left, as a line of the log."""
    shown = ", ".join(processes[:5]) + (f" and {len(processes) - 5} more" if len(processes) > 5 else "")
    return f"The script has ended and left running: {shown}. They are not waited for, nor ended."


def duration(span: timedelta | None) -> str:
    """As people write it in the configuration: `90s`, `15m`, `4h`."""
    seconds = span.total_seconds() if span is not None else 0.0
    for unit, letter in ((3600, "h"), (60, "m")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds / unit:.0f}{letter}"
    return f"{seconds:g}s"


def size(count: int) -> str:
    """Bytes as people write them in the configuration: `512MB`, `2GB`."""
    for unit, letters in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if count >= unit and count % unit == 0:
            return f"{count // unit}{letters}"
    return f"{count} bytes"


def rough_size(count: int) -> str:
    """Bytes as people read them: `3.4 MB`."""
    for unit, letters in ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB")):
        if count >= unit:
            return f"{count / unit:.1f} {letters}"
    return f"{count} bytes" if count != 1 else "1 byte"


def _what_stopped(killed: Sequence[str]) -> str:
    if not killed:
        return "it ended when it was asked to."
    names = ", ".join(list(dict.fromkeys(killed))[:5])
    return f"nothing of it runs any more. {len(killed)} of its processes had to be killed: {names}."


def _exit_code(code: int) -> tuple[str, str]:
    if code > 128 and code - 128 in set(signal.Signals):
        name = signal.Signals(code - 128).name
        meaning = f"The script ended with exit code {code}: it, or its last command, was ended by {name}."
        if name == "SIGKILL":
            return meaning, "Somebody killed it, or the machine ran out of memory (look at the kernel's log)."
        return meaning, ""
    if code == 127:
        return "The script ended with exit code 127: a command was not found.", ""
    if code == 126:
        return "The script ended with exit code 126: a command may not be run.", ""
    return f"The script ended with exit code {code}.", ""  # its last lines are shown wherever this is


def lost(detail: str) -> ActionResult:
    """A run that was started, and whose end cannot be known."""
    what = {
        "rebooted": "The machine was restarted while the script ran",
        "killed": "The script and what watched over it were killed from outside",
        "orphaned": "What watched over the script was killed; parts of the script may still run",
        "absent": "The script was started, but nothing of it is on the machine any more (was its folder removed?)",
        "unstoppable": "The script was told to end, but some of its processes do not end even when killed",
    }[detail]
    hint = f"{_LOST_HINT} {_LOGIND_HINT}" if detail == "killed" else _LOST_HINT
    return ActionResult(Outcome.LOST, message=f"{what}, so how it ended is not known.", hint=hint)


def canceled_early() -> ActionResult:
    """A run that was canceled before anything reached the machine."""
    return ActionResult(Outcome.CANCELED, message="The script was canceled before it was started.")


def broken(error: ChannelLost) -> CannotConnect:
    """A connection that was open and is not any more."""
    return CannotConnect(
        f"The connection to the machine broke: {error}.", "Look at its network and at the log of its SSH server."
    )


def out_of_reach(error: CannotConnect, seconds: float) -> ActionResult:
    """A run that was started on a machine that no longer answers."""
    return ActionResult(
        Outcome.LOST,
        message=f"The machine was out of reach for {seconds:.0f} s, so how the script ended is not known. {error}",
        hint=f"{error.hint} {_LOST_HINT}".strip(),
    )


def maybe_started(error: CannotConnect) -> ActionResult:
    """The connection broke just while the script was handed over."""
    return ActionResult(
        Outcome.LOST,
        message=f"The connection broke while the script was handed over: it may have been started. {error}",
        hint=f"{error.hint} {_LOST_HINT}".strip(),
    )


def cleaned(detail: str) -> ActionResult:
    """A run that ended and was cleaned up; it is never run a second time."""
    how = f"exit code {detail}" if detail.isdecimal() else detail.replace("_", " ")
    return ActionResult(
        Outcome.LOST,
        message=f"This run ended on the machine before ({how}) and was cleaned up; it is not run a second time.",
        hint="This happens when the bot's database was restored from a backup. " + _LOST_HINT,
    )


_PACKAGES = {"setsid": "util-linux", "pwsh": "powershell"}


def not_launched(words: Sequence[str], place: str) -> ActionResult:
    """The runner refused: `missing PROGRAM`, `failed disk-full` or `failed not-writable`."""
    if words[:1] == ["missing"] and len(words) == 2:
        program = words[1]
        package = _PACKAGES.get(program, program)
        return ActionResult(
            Outcome.FAILED,
            message=f"The script was not started: `{program}` is not installed on {_as_object(place)}.",
            hint=f"Install the package {package} there, or look whether it is in the PATH of a login without terminal.",
        )
    if words == ["failed", "disk-full"]:
        return ActionResult(
            Outcome.FAILED,
            message=f"The script was not started: the disk of the machine is full ({place}).",
            hint="Free some space there and run it again.",
        )
    return ActionResult(
        Outcome.FAILED,
        message=f"The script was not started: the runner's folder cannot be written ({place}).",
        hint="Look at the folder's owner and mode, and whether the disk is mounted read-only.",
    )


def _as_object(place: str) -> str:
    """Within a sentence: "the built-in worker", and every other machine by its name."""
    return place[:1].lower() + place[1:] if place.startswith("The ") else place
