"""What a service can refuse, as sentences for people."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from engine.errors import ForedeckError


def close_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three known names that look like `name`."""
    return tuple(difflib.get_close_matches(name.lower(), list(known), n=3, cutoff=0.5))


class NoConfiguration(ForedeckError):
    """No good configuration was ever loaded."""

    message = "No configuration is loaded yet."
    hint_text = "Run `foredeck check DIR`, mend what it names, then `foredeck reload`."


class ContentMissing(ForedeckError):
    """The files of a release are not in the database; it was restored or altered."""

    message = "The files of `{folder}` that this release was made with are not in the database."
    hint_text = "Create a new release and deploy that one."


class UnknownName(ForedeckError):
    """A name that the configuration does not know; `suggestions` look like it, `known` are all."""

    message = "There is no {kind} `{name}`."

    def __init__(self, *, kind: str, name: str, known: Iterable[str]) -> None:
        self.known = tuple(known)
        self.suggestions = close_names(name, self.known)
        super().__init__(kind=kind, name=name)

    @property
    def hint(self) -> str:
        """The nearest names, else all of them."""
        if self.suggestions:
            return f"Did you mean {_either(self.suggestions)}?"
        if self.known:
            return f"Known: {', '.join(self.known[:20])}."
        return ""


class UnknownProject(UnknownName):
    """No such project, or none that this person may see."""

    def __init__(self, *, name: str, known: Iterable[str]) -> None:
        super().__init__(kind="project", name=name, known=known)


class UnknownEnvironment(UnknownName):
    """No such environment."""

    def __init__(self, *, name: str, known: Iterable[str]) -> None:
        super().__init__(kind="environment", name=name, known=known)


class UnknownPerson(UnknownName):
    """No such person in the configuration."""

    def __init__(self, *, name: str, known: Iterable[str]) -> None:
        super().__init__(kind="person", name=name, known=known)


class NotPermitted(ForedeckError):
    """The person lacks a permission; `allowed` says who has it."""

    message = "{person} may not {what}."

    def __init__(self, *, person: str, what: str, allowed: Iterable[str] = ()) -> None:
        self.allowed = tuple(allowed)
        super().__init__(person=person, what=what)

    @property
    def hint(self) -> str:
        """Whom to ask."""
        return f"Ask {_either(self.allowed[:5])}." if self.allowed else "Nobody is granted that yet; see `grants:`."


class MayNotDecide(ForedeckError):
    """The person is not among those who are asked."""

    message = "{reason}"
    hint_text = "Nothing was changed."


class StepNotSkipped(ForedeckError):
    """Steps that were asked to be left out and cannot be: unknown, required, or an approval."""

    message = "{reasons}."

    def __init__(self, refused: Mapping[str, str], skippable: Iterable[str]) -> None:
        self.skippable = tuple(skippable)
        reasons = "; ".join(f"`{name}` cannot be skipped: {why}" for name, why in refused.items())
        super().__init__(reasons=reasons)

    @property
    def hint(self) -> str:
        """What can be left out."""
        if self.skippable:
            return f"Nothing was deployed. These steps can be skipped: {', '.join(self.skippable)}."
        return "Nothing was deployed. No step of this process can be skipped."


class InvalidVersion(ForedeckError):
    """Text that cannot be a version."""

    message = "`{version}` cannot be a version."
    hint_text = "A version starts with a letter or digit and has only letters, digits and `. - + _`, e.g. `1.4.0`."


class ReleaseNotFound(ForedeckError):
    """The version was never created as a release of the project.

    `can_create`: this person may. `meant`: an existing version, when what was asked for does not look like one here.
    """

    message = "{project} has no release {version}."

    def __init__(self, *, project: str, version: str, known: Iterable[str], can_create: bool) -> None:
        self.known = tuple(known)
        self.can_create = can_create
        self.meant = _version_meant(version, self.known)
        super().__init__(project=project, version=version)

    @property
    def hint(self) -> str:
        """What exists and how to make one."""
        create = f"Create it with `foredeck release create {self.facts['project']} {self.facts['version']}`."
        return " ".join(filter(None, (newest_of(self.known), create)))


class ReleaseExists(ForedeckError):
    """The version exists already."""

    message = "{project} {version} exists already; it was created by {by}."
    hint_text = "Deploy it, or choose another version: what was frozen is never changed."


class VariablesUnresolved(ForedeckError):
    """A script names a variable whose value has a token that nothing resolves, and that is to fail the step."""

    message = "{flaws}"
    hint_text = "Give the variable a value that applies there, or correct its name; `fail_on_unresolved` is set."


class UnknownTask(ForedeckError):
    """No deployment has that number."""

    message = "There is no deployment #{number}."
    hint_text = "The number is on its card."


class AlreadyCanceling(ForedeckError):
    """Somebody has asked to cancel before."""

    message = "{by} has already asked to cancel #{number}; what runs is being ended."


class TaskIsOver(ForedeckError):
    """Too late: the task is over."""

    message = "Deployment #{number} {ended}; nothing was changed."


class NotInLine(ForedeckError):
    """It does not wait for its turn."""

    message = "Deployment #{number} {how}, so there is no line to be first in."


class AlreadyPaused(ForedeckError):
    """Somebody paused it before."""

    message = "{what} is paused already, by {by}{why}."


class NothingToResume(ForedeckError):
    """It is not paused; perhaps something else is."""

    message = "{what} is not paused."

    @property
    def hint(self) -> str:
        """What is."""
        others = [str(other or "the whole queue") for other in self.facts["others"]]  # type: ignore[attr-defined]
        return f"Paused: {', '.join(others)}." if others else "Nothing is paused."


class AlreadyDraining(ForedeckError):
    """Somebody drains it already."""

    message = "{by} drains Foredeck already."
    hint_text = "`foredeck drain --end` lets new work begin again."


class NotDraining(ForedeckError):
    """It takes on work as usual."""

    message = "Foredeck is not being drained; nothing was changed."


class NotStuck(ForedeckError):
    """It may still end by itself."""

    message = "Deployment #{number} {how}; nothing was changed."
    hint_text = "{way_out}"


class Held(ForedeckError):
    """A lock or a freeze refuses it. `until`: when it ends, where that is known (UTC).

    `may_pass`: this person may take the lock, or let the deployment pass the freeze.
    """

    message = "{headline}{why}."

    def __init__(
        self,
        *,
        hold: int,
        is_lock: bool,
        headline: str,
        why: str,
        since: str,
        until: datetime | None,
        ends: str,
        may_pass: bool,
        allowed: Sequence[str],
    ) -> None:
        self.hold, self.is_lock, self.until, self.may_pass = hold, is_lock, until, may_pass
        self._since, self._ends, self._allowed = since, ends, tuple(allowed)
        super().__init__(headline=headline[:1].upper() + headline[1:], why=why)

    @property
    def hint(self) -> str:
        """Since when, until when, and whom to ask."""
        ends = f"it ends {self._ends}." if self._ends else "it has no end yet."
        who = "" if self.may_pass or not self._allowed else f" {_either(self._allowed[:5])} may let it pass."
        return f"Since {self._since}; {ends}{who}"


class AlreadyHeld(ForedeckError):
    """It is locked or frozen already, by somebody else or the same person.

    `typed`: what ends or takes it, as it is typed after the command. `may_take`: this person may take the lock.
    """

    message = "{headline} already{why}."

    def __init__(self, *, hold: int, headline: str, why: str, typed: str = "", may_take: bool = False) -> None:
        self.typed = typed
        self.may_take = may_take
        headline = headline[:1].upper() + headline[1:]
        super().__init__(hold=hold, headline=headline, why=why)

    @property
    def hint(self) -> str:
        """The way out, if this person has one."""
        return f"The way out: `{self.typed}`." if self.typed else "Only its owner can release it."


class NotHeld(ForedeckError):
    """There is nothing to unlock or to thaw."""

    message = "{scope} is not {done}."
    hint_text = "{others}"


class ReasonMissing(ForedeckError):
    """Others have to know why."""

    message = "Say why: others see it who have to wait."
    hint_text = "Add `because …`."


class EndMissing(ForedeckError):
    """A freeze ends by itself."""

    message = "Say until when: a freeze ends by itself."
    hint_text = "Add for example `until Monday 08:00` or `for 2h`."


class ScopeUnclear(ForedeckError):
    """It does not say what it is about."""

    message = "{sentence}"
    hint_text = "{way_out}"


class UnclearTime(ForedeckError):
    """Words that are no point in time, or more than one; `ways` can be typed instead behind `clause`."""

    message = "{sentence}"

    @property
    def ways(self) -> tuple[str, ...]:
        """What may be meant, the likeliest first."""
        return tuple(self.facts["ways"])  # type: ignore[arg-type]

    @property
    def hint(self) -> str:
        """What can be typed instead."""
        ways = [f"`{self.facts['clause']} {way}`" for way in self.ways]
        return f"Say for example {_either(ways)}." if ways else ""


class TooFarAway(ForedeckError):
    """Nobody knows what will be so late."""

    message = "{at} is too far away."
    hint_text = "The latest is {latest}."


class EndsBeforeItBegins(ForedeckError):
    """There would be no time for it to begin."""

    message = "It would have to begin at {at} and not after {until}: that leaves no five minutes."
    hint_text = "Say a later `until`, or leave it out: then it may begin for 24 hours."


class NothingToDecide(ForedeckError):
    """Nobody is asked anything there now."""

    message = "Deployment #{number} does not wait for {what}."
    hint_text = "Its card says where it stands."


class AlreadyDecided(ForedeckError):
    """It is settled: somebody has decided before."""

    message = "{by} has already {done}; nothing was changed."


class AlreadyAnswered(ForedeckError):
    """This person has answered before; it waits for others."""

    message = "You have already {done}; nothing was changed."
    hint_text = "It waits for somebody else."


class WrongVerdict(ForedeckError):
    """That answer is not offered here."""

    message = "That is not a choice here."
    hint_text = "A manual intervention takes Proceed or Abort; a lost step takes Run again or Fail."


def newest_of(versions: Sequence[str]) -> str:
    """Which versions there are, as a sentence; empty when there are none."""
    if len(versions) == 1:
        return f"The newest is {versions[0]}."
    return f"The newest are {', '.join(versions)}." if versions else ""


def _version_meant(version: str, known: Sequence[str]) -> str:
    """The version that `1.4.O` or `latest` may stand for: it is not made like any of the newest ones."""
    if not known or _shape(version) in {_shape(other) for other in known}:
        return ""
    return next(iter(difflib.get_close_matches(version, known, n=1, cutoff=0.6)), known[0])


def _shape(version: str) -> str:
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"\d+", "9", version))


def _either(names: Iterable[str]) -> str:
    quoted = list(names)
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}"
