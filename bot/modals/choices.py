"""Fields for what else is chosen for one deployment: on which targets, and who is asked when a step fails.

What stands in them is kept as `Deploy` carries it: `o` only on these, `x` not on these, `g` guided or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import ids
from bot.messages import blocks as b
from bot.messages import wording
from engine.services.choices import Choices
from engine.services.offers import OfferedTargets, Offers

OPTIONS = 100
"""So many options Slack shows, and so many can be chosen beforehand."""

_VALUE_LIMIT = 150
_OPTION_LIMIT = 75
_USUAL = "usual"
_KEYS = {ids.ON: "o", ids.NOT_ON: "x", ids.GUIDED: "g"}


def inputs(
    offers: Offers | None, besides: Mapping[str, Any], *, project: str, environment: str
) -> list[tuple[str, b.Block]]:
    """The fields, each with the key of what stands in it; none before the place is known. Targets can be chosen where
    there are several, or some were typed.
    """
    if offers is None:
        return []
    place = f"{project}:{environment}"
    shown: list[tuple[str, b.Block]] = []
    if (offers.targets + offers.unusable > 1 or besides.get("o") or besides.get("x")) and _fit(besides):
        every = f"All {offers.targets} targets" if offers.targets > 1 else "Every target"
        every += f" that can be used; {offers.unusable} cannot" if offers.unusable else ""
        shown.append(("o", targets_input(ids.ON, place, "Only on these targets", every, besides.get("o", ()))))
        shown.append(
            ("x", targets_input(ids.NOT_ON, place, "On all but these targets", "None left out", besides.get("x", ())))
        )
    shown.append(("g", _guided(place, str(besides.get("g", "")), is_usual=offers.is_guided)))
    return shown


def chosen_in(state: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in these fields, by its key; of a field that is shown and empty it is empty."""
    found: dict[str, Any] = {}
    for block, fields in state.get("values", {}).items():
        field = block.partition(":")[0]
        entered = fields.get(field, {})
        if field in {ids.ON, ids.NOT_ON}:
            found[_KEYS[field]] = [str(option["value"]) for option in entered.get("selected_options") or ()]
        elif field == ids.GUIDED:
            value = str((entered.get("selected_option") or {}).get("value", _USUAL))
            found[_KEYS[field]] = "" if value == _USUAL else value
    return found


def block_id(field: str, project: str, environment: str) -> str:
    """The id of a field's block: of another place it is another one, and Slack forgets what was searched for."""
    return f"{field}:{project}:{environment}"


def place_in(block: str) -> tuple[str, str]:
    """The project and the environment that a field's block id depends on."""
    _, _, place = block.partition(":")
    project, _, environment = place.partition(":")
    return project, environment


def left_out_by(besides: Mapping[str, Any]) -> Choices:
    """What leaves steps and targets out, of what stands in a form."""
    skip, on, without = (tuple(besides.get(key, ())) for key in ("s", "o", "x"))
    return Choices(skip=skip, on=on, without=without)


def besides_field(block: str, besides: Mapping[str, Any]) -> Choices:
    """What leaves targets out, of what stands in the form, as seen from one of the two fields for targets."""
    mine = _KEYS[block.partition(":")[0]]
    return left_out_by({key: said for key, said in besides.items() if key != mine})


def target_options(found: Sequence[OfferedTargets]) -> list[b.Element]:
    """What can be chosen, as options; a name that means several says how many."""
    return [_option(_label(offer), offer.name) for offer in found[:OPTIONS] if len(offer.name) <= _VALUE_LIMIT]


def _label(offer: OfferedTargets) -> str:
    if offer.count is None:
        return f"{offer.name} · cannot be used now" if offer.is_unusable else offer.name
    count = f" · {wording.plural(offer.count, 'target')}"
    return f"{b.shorten(offer.name, _OPTION_LIMIT - len(count))}{count}"


def _fit(besides: Mapping[str, Any]) -> bool:
    """Does Slack take what was typed as chosen beforehand? What it does not take stays as it was typed."""
    return all(
        len(besides.get(key, ())) <= OPTIONS and all(len(name) <= _VALUE_LIMIT for name in besides.get(key, ()))
        for key in ("o", "x")
    )


def targets_input(
    field: str, place: str, label: str, placeholder: str = "None left out", names: Sequence[str] = ()
) -> b.Block:
    """A field in which targets are found by typing, and these are chosen already. `place` ends its block's id."""
    element: b.Element = {
        "type": "multi_external_select",
        "action_id": field,
        "min_query_length": 0,
        "placeholder": b.plain(placeholder, 150),
    }
    if names:
        element["initial_options"] = [_option(name, name) for name in dict.fromkeys(names)]
    return _input(f"{field}:{place}", label, element)


def _guided(place: str, chosen: str, *, is_usual: bool) -> b.Block:
    options = [
        _option(f"As usual: {'somebody' if is_usual else 'nobody'} is asked", _USUAL),
        _option("Somebody is asked how to go on", "guided"),
        _option("Nobody is asked, it fails", "unguided"),
    ]
    element: b.Element = {
        "type": "static_select",
        "action_id": ids.GUIDED,
        "options": options,
        "initial_option": next((option for option in options if option["value"] == chosen), options[0]),
    }
    return {**_input(f"{ids.GUIDED}:{place}", "When a step fails", element), "optional": False}


def _input(block: str, label: str, element: b.Element) -> b.Block:
    return {"type": "input", "block_id": block, "label": b.plain(label), "element": element, "optional": True}


def _option(label: str, value: str) -> b.Element:
    return {"text": b.plain(label, _OPTION_LIMIT), "value": value}
