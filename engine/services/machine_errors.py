"""What can be refused about machines, as sentences for people."""

from __future__ import annotations

from engine.errors import ForedeckError
from engine.services.queue_errors import ReasonMissing


class AlreadyDisabled(ForedeckError):
    """Somebody did it before."""

    message = "{machine} is {why} already; nothing was changed."
    hint_text = "Enable it first to give it another reason or another end."


class WhyMissing(ReasonMissing):
    """Nobody would know whether it can be used again."""

    message = "Say why: everybody sees it."


class NotDisabled(ForedeckError):
    """It is in use."""

    message = "{machine} is not disabled; nothing was changed."


class NotLookedAt(ForedeckError):
    """It is out of use."""

    message = "{machine} is {why}, so nobody looks at it."
    hint_text = "It is looked at as soon as somebody enables it: `/workers enable {machine}`."


class NothingToLookAt(ForedeckError):
    """It has no machine."""

    message = "{region} is a cloud region: it has no machine that could be looked at."
    hint_text = "What is aimed at it runs on workers; `/workers {region}` says on whose."


class NoMachines(ForedeckError):
    """There is none."""

    message = "There are no workers and no targets."
    hint_text = "Everything runs on the built-in worker. `foredeck worker add` and `foredeck target add` try a machine."


class NothingToRun(ForedeckError):
    """There is no script, or too much of one."""

    message = "Say what to run, in at most 50,000 characters."
    hint_text = "For example `/workers run web-17: df -h`; `/workers run` opens a form."


class SecretInScript(ForedeckError):
    """It would be kept, and everybody would read it."""

    message = "There is a key or a token in this script; it was not run."
    hint_text = "Everybody can read what was run. Let the script read it from a file on the machine."
