"""What is refused about packages, as sentences for people."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import ForedeckError
from engine.services.errors import UnknownName, either


class PackageMissing(ForedeckError):
    """No feed has that version. `nearest`: those that may have been meant; `can_create`: this person may make them
    releases.
    """

    message = "{project} has no release {version}, and {where} has no {package} {wanted}."

    def __init__(
        self,
        *,
        project: str,
        version: str,
        package: str,
        wanted: str,
        where: str,
        nearest: Sequence[str],
        can_create: bool = False,
    ) -> None:
        self.nearest = tuple(nearest)
        self.can_create = can_create
        super().__init__(project=project, version=version, package=package, wanted=wanted, where=where)

    @property
    def hint(self) -> str:
        """The nearest, else how one comes to be."""
        return nearest_of(self.nearest) or "No version of it was ever seen there."


class ReleaseNotMade(PackageMissing):
    """The same for who wants to create that release."""

    message = "{project} {version} cannot be created: {where} has no {package} {wanted}."


class ReleaseRefused(ForedeckError):
    """A release that was asked for is none: its package is nowhere, which took a while to find out."""

    message = "{project} {version} {is_none}: {why}"


class PackageExists(ForedeckError):
    """A version was pushed before with other content."""

    message = "{package} {version} of {project} was pushed before, with other content ({digest}…)."
    hint_text = "What was pushed is never changed, as releases rely on it: push this one under another version."


class NotPushed(ForedeckError):
    """The package comes from another feed."""

    message = "{package} of {project} comes from {where}; it is not pushed."
    hint_text = "Write `{package}: {{feed: built-in}}` under `packages:` in its project.yml to push it."


class UnknownPackage(UnknownName):
    """The project has no such package."""

    def __init__(self, *, name: str, known: Sequence[str]) -> None:
        super().__init__(kind="package", name=name, known=known)


class NoPackages(ForedeckError):
    """The project declares no package."""

    message = "{project} has no packages."
    hint_text = (
        "Declare them under `packages:` in its project.yml, e.g. `app: {{feed: built-in}}`; then reload the "
        "configuration."
    )


class CannotKeep(ForedeckError):
    """What was pushed is no package, or the disk is full."""

    message = "This package cannot be kept: {why}."
    hint_text = "Nothing was pushed."


class StillLooking(ForedeckError):
    """The feeds have not answered yet."""

    message = "{project} {version} is created, and its packages are still looked for: {why}."
    hint_text = "`foredeck serve` goes on looking; `foredeck release list {project}` shows what came of it."


def nearest_of(versions: Sequence[str]) -> str:
    """Which versions there are, as a sentence; empty when there are none."""
    return (
        f"The nearest {'is' if len(versions) == 1 else 'are'} {either(versions).replace(' or ', ' and ')}."
        if versions
        else ""
    )
