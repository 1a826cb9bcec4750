"""What a test is told when it fails: what was wanted, what is there instead, and what happened until then."""

import difflib
from collections.abc import Iterable

TRANSCRIPT_LINES = 80


class NotSeen(AssertionError):
    """Something did not come in time."""


class NotThere(AssertionError):
    """Somebody wants to use something that nobody can see; the message names what is there."""


class NotDone(AssertionError):
    """Slack or the app refused what somebody did."""


class NotStarted(RuntimeError):
    """The bot or the sandbox cannot be started; the message says why."""


def nothing_like(kind: str, wanted: str, there: Iterable[str], where: str = "") -> str:
    """`There is no button “Proceed” …; there are “Cancel”, “Abort…”.`"""
    known = list(dict.fromkeys(there))
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.6)
    shown = ", ".join(f"“{one}”" for one in known)
    is_one = len(known) == 1
    what = f"there {'is' if is_one else 'are'} {shown}" if known else "there is none at all"
    return f"There is no {kind} “{wanted}”{where}; {what}.{f' Did you mean “{near[0]}”?' if near else ''}"


def with_transcript(sentence: str, transcript: str) -> str:
    """The sentence, and the end of what happened."""
    lines = transcript.rstrip().splitlines()
    left_out = len(lines) - TRANSCRIPT_LINES
    shown = lines if left_out <= 0 else [f"({left_out} earlier lines are left out)", *lines[-TRANSCRIPT_LINES:]]
    return "\n".join([sentence, "", "What happened:", *(f"  {line}" for line in shown)])


def indented(lines: Iterable[str]) -> str:
    """Lines as they stand below a sentence."""
    return "\n".join(f"    {line}" for line in lines)
