"""What is collected while a folder is read: problems, what is declared, and what must exist when all is known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from engine.definitions.nodes import Place, shown
from engine.definitions.problems import Problem, Severity


@dataclass(frozen=True)
class Reference:
    """A place that names something which must be declared somewhere."""

    kind: str
    slug: str
    place: Place
    path: str


class Reading:
    """One reading of one folder. References are checked at the end, so that files may be read in any order."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.contents: dict[str, bytes] = {}  # what frozen files hold, by digest
        self.pool_templates: dict[tuple[str, str], tuple[Place, str]] = {}
        """Where scripts find their worker pool by variables, as place and path, by the file and the action's slug."""
        self._declared: dict[str, dict[str, Place]] = {}
        self._references: list[Reference] = []
        self._unreadable: set[str] = set()

    def note(
        self, place: Place, path: str, rule: str, message: str, suggestion: str = "", *, severity: Severity = "error"
    ) -> None:
        """Note that something is wrong here."""
        self.problems.append(
            Problem(place.file, place.line, place.column, path, rule, message, suggestion, severity),
        )

    def has_errors(self, file: str) -> bool:
        """Is something wrong in this file, so that what it does not say may be meant all the same?"""
        return any(problem.file == file and problem.severity == "error" for problem in self.problems)

    def declare(self, kind: str, slug: str, place: Place, path: str) -> bool:
        """Note that this slug exists. False, and a problem naming both places, when it was declared before."""
        first = self._declared.setdefault(kind, {}).setdefault(slug, place)
        if first is place:
            return True
        message = f"The {noun(kind)} {shown(slug)} is declared in {first.file}:{first.line} as well."
        self.note(place, path, "duplicate-key", message, "Keep one of them.")
        return False

    def mention(self, kind: str, slug: str) -> None:
        """Note that this word exists; it may be mentioned as often as one likes."""
        self._declared.setdefault(kind, {}).setdefault(slug, Place("", 0, 0))

    def refer(self, kind: str, slug: str, place: Place, path: str) -> None:
        """Note that this slug must be declared."""
        self._references.append(Reference(kind, slug, place, path))

    def give_up_on(self, kinds: Iterable[str]) -> None:
        """These sections could not be read: what they declare is not known, so references to it are not judged."""
        self._unreadable.update(kinds)

    def knows(self, kind: str) -> bool:
        """Was this section read, so that what it does not declare does not exist?"""
        return kind not in self._unreadable

    def declared(self, kind: str) -> tuple[str, ...]:
        """What is declared of this kind so far."""
        return tuple(self._declared.get(kind, ()))

    def place_of(self, kind: str, slug: str) -> Place:
        """Where this was declared."""
        return self._declared[kind][slug]

    def finish(self) -> tuple[Problem, ...]:
        """Check the references, which can be done only now; all problems, by file and line."""
        for reference in self._references:
            self._check(reference)
        return tuple(
            sorted(dict.fromkeys(self.problems), key=lambda problem: (problem.file, problem.line, problem.column))
        )

    def _check(self, reference: Reference) -> None:
        known = self._declared.get(reference.kind, {})
        if reference.slug in known or not self.knows(reference.kind):
            return
        message = f"There is no {noun(reference.kind)} {shown(reference.slug)}."
        self.note(
            reference.place,
            reference.path,
            "dangling-reference",
            message,
            suggest(reference.slug, known, reference.kind),
        )


_NOUNS = {
    "people": "person",
    "teams": "team",
    "environments": "environment",
    "worker_pools": "worker pool",
    "workers": "worker",
    "accounts": "account",
    "bastions": "bastion",
    "machine_policies": "machine policy",
    "freezes": "freeze",
    "targets": "target",
    "target_tags": "target tag",
    "triggers": "trigger",
    "projects": "project",
    "variable_sets": "variable set",
    "secret_stores": "secret store",
    "roles": "role",
    "steps": "step",
    "actions": "action",
}


def noun(kind: str) -> str:
    """One of this kind, in words."""
    return _NOUNS[kind]


def suggest(word: str, known: Iterable[str], kind: str) -> str:
    """A close name when there is one, and what there is to choose from."""
    known = [shown(word)[1:-1] for word in known]
    plural = kind.replace("_", " ")
    if not known:
        return f"No {plural} are declared."
    listed = f"Known {plural}: {_listed(known)}."
    near = close_to(word, known)
    return f'Did you mean "{near}"? {listed}' if near else listed


def close_to(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that was probably meant."""
    # Cut first: the comparison takes the square of the length, and a word may be as long as a file.
    near = difflib.get_close_matches(word[:80].lower(), list(known), n=1, cutoff=cutoff)
    return near[0] if near else None


def _listed(words: list[str]) -> str:
    return ", ".join(words[:20]) + (f" and {len(words) - 20} more" if len(words) > 20 else "")
