"""What an emergency can be refused for, as sentences for people."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import ForedeckError
from engine.services.emergency_views import PassedRule
from engine.services.errors import either


class NoEmergencyTeam(ForedeckError):
    """Nobody may pass rules over here."""

    message = "Nobody may deploy in an emergency here: no team is named for it."
    hint_text = "Name one in foredeck.yml, `defaults: {{emergency_team: on-call}}`; until then the rules hold for all."


class NotInEmergencyTeam(ForedeckError):
    """Only members of the named team pass rules over."""

    message = "Only members of {team} deploy in an emergency."

    def __init__(self, *, team: str, members: Sequence[str]) -> None:
        self._members = tuple(members)
        super().__init__(team=team)

    @property
    def hint(self) -> str:
        """Whom to ask."""
        return f"Ask {either(self._members[:5])}." if self._members else "It has no members now; see `teams:`."


class EmergencyIsNow(ForedeckError):
    """What can wait is no emergency."""

    message = "An emergency begins now: leave out the time."
    hint_text = "What may wait until then goes by the rules, without `emergency`."


class RulesUnseen(ForedeckError):
    """Nothing was deployed: first the person sees what they are about to pass over.

    `rules`: all of them; `stays`: what even an emergency does not pass; `has_changed`: others were shown before.
    """

    message = "{sentence}"

    def __init__(self, *, rules: Sequence[PassedRule], stays: Sequence[str], has_changed: bool) -> None:
        self.rules, self.stays, self.has_changed = tuple(rules), tuple(stays), has_changed
        super().__init__(sentence=self._sentence())

    def _sentence(self) -> str:
        changed = "The rules in the way have changed meanwhile. " if self.has_changed else ""
        if not self.rules and self.stays:
            return f"{changed}There is no rule in the way that an emergency could pass."
        if not self.rules:
            return f"{changed}Nothing is in the way now: it goes without an emergency, too."
        return f"{changed}This emergency passes over:"

    @property
    def keys(self) -> tuple[str, ...]:
        """Of all rules that are shown."""
        return tuple(rule.key for rule in self.rules)


class NoEmergency(ForedeckError):
    """There is nothing to acknowledge."""

    message = "Deployment #{number} was no emergency."
    hint_text = "`foredeck emergencies` lists those that wait for somebody."


class AlreadyAcknowledged(ForedeckError):
    """Somebody was first."""

    message = "{by} has acknowledged the emergency of #{number} already; nothing was changed."


class MayNotAcknowledge(ForedeckError):
    """Somebody else has to look at it."""

    message = "{reason}"

    def __init__(self, *, reason: str, eligible: Sequence[str]) -> None:
        self._eligible = tuple(eligible)
        super().__init__(reason=reason)

    @property
    def hint(self) -> str:
        """Who may."""
        return f"{either(self._eligible[:5])} may acknowledge it." if self._eligible else "Nobody else may now."
