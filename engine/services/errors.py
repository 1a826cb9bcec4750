"""What a service can refuse, as sentences for people."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence

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
            return f"Did you mean {either(self.suggestions)}?"
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
        return f"Ask {either(self.allowed[:5])}." if self.allowed else "Nobody is granted that yet; see `grants:`."


class MayNotDecide(ForedeckError):
    """The person is not among those who are asked."""

    message = "{reason}"
    hint_text = "Nothing was changed."


class NoTargets(ForedeckError):
    """A step names target tags that no target of the environment has."""

    message = "{steps} cannot run: {reason}."
    hint_text = "Nothing was deployed. Add a target to `targets:`, restrict the step with `when:`, or skip it."


class TargetsUnusable(NoTargets):
    """Its targets are disabled, or left out for their health."""

    hint_text = (
        "Nothing was deployed. Enable or mend one of them, or skip the step; `/workers` shows how each of them is."
    )


class NothingThere(ForedeckError):
    """The chosen targets have nothing to do in this deployment."""

    message = "No step of this deployment runs on {targets}."
    hint_text = "Nothing was deployed. Leave out `on …`, or name targets that its steps run on."


class StepNotSkipped(ForedeckError):
    """Steps that were asked to be left out and cannot be: unknown, required, or an approval."""

    message = "{reasons}."

    def __init__(self, refused: Mapping[str, str], skippable: Iterable[str]) -> None:
        self.skippable = tuple(skippable)
        self.refused = dict(refused)
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


class NothingToDecide(ForedeckError):
    """Nobody is asked anything there now."""

    message = "Deployment #{number} does not wait for {what}."
    hint_text = "Its card says where it stands."


class SeveralQuestions(ForedeckError):
    """It waits for answers about several steps, and what was typed fits more than one."""

    message = "Deployment #{number} waits for answers about {steps}. Nothing was changed."
    hint_text = "Press the button under the one you mean, or name it: add `on {example}`."


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
    hint_text = (
        "A manual intervention takes Proceed or Abort; a lost step takes Run again or Fail; a failed step takes Retry, "
        "Exclude, Ignore or Fail."
    )


class GuidanceRefused(ForedeckError):
    """That cannot be said of this failed step."""

    message = "{reason} Nothing was changed."


class NoneLeft(ForedeckError):
    """An answer to a failed step that is said of no machine."""

    message = "That leaves no failed target."
    hint_text = "Nothing was changed. Name some that failed, or leave out fewer."


class TakenBySomebodyElse(ForedeckError):
    """Somebody else is on it."""

    message = "{by} is on it, since {since}; nothing was changed."
    hint_text = "If {by} is gone, Take over, or `/deploy take {number}`, hands it to you."


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


def either(names: Iterable[str], word: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`; or with another word than `or`."""
    quoted = list(names)
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {word} {quoted[-1]}"
