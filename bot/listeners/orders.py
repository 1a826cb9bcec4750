"""What is typed about the queue: each form of it is one call of one service and a private answer."""

from __future__ import annotations

from functools import partial

from bot import links
from bot.listeners.requests import NOTHING, Answer, Desk, Pressed, Typed
from bot.messages import holds as told
from bot.messages import queues as shown
from bot.orders import Abandon, Freeze, Lock, MoveFirst, Order, Pause, Resume, ShowQueue, Thaw, Unlock
from engine.services import freezes, holds, locks, queues, tasks
from engine.services.queue_errors import AlreadyHeld
from engine.services.views import HoldKind, HoldView


def carry_out(desk: Desk, typed: Typed, order: Order) -> Answer:  # noqa: PLR0911 - one line for each form
    """Do it, and say what came of it."""
    person = typed.person.slug
    match order:
        case ShowQueue():
            view = queues.view(desk.db, person, order.project or None)
            card_url = partial(links.to_card, desk.db, desk.workspace_url)
            hold_url = partial(links.to_hold, desk.db, desk.workspace_url)
            return Answer(shown.queue(view, typed.command, card_url=card_url, hold_url=hold_url))
        case MoveFirst():
            moved = queues.move_first(desk.db, desk.clock(), person=person, number=order.number)
            return Answer(shown.moved_first(moved))
        case Pause():
            hold = holds.pause(
                desk.db,
                desk.clock(),
                person=person,
                project=order.project or None,
                reason=order.reason,
                slack_channel_typed=typed.slack_channel,
            )
            here = {typed.slack_channel, typed.slack_channel_name}
            return Answer(told.paused(hold, typed.command, is_told_here=hold.slack_channel in here))
        case Resume():
            return Answer(
                told.resumed(holds.resume(desk.db, desk.clock(), person=person, project=order.project or None))
            )
        case Lock() | Freeze():
            return _keep(desk, typed, order)
        case Unlock():
            return Answer(told.ended(locks.unlock(desk.db, desk.clock(), person=person, names=order.names)))
        case Thaw():
            return Answer(told.ended(freezes.thaw(desk.db, desk.clock(), person=person, names=order.names)))
        case Abandon():
            task = tasks.abandon(desk.db, desk.clock(), person=person, number=order.number, machines=order.machines)
            return Answer(told.abandoned(task, order.machines))


def _keep(desk: Desk, typed: Typed, order: Lock | Freeze) -> Answer:
    """Lock or freeze. A lock of somebody else is answered with a button that takes it."""
    person, where = typed.person.slug, typed.slack_channel
    said = {"reason": order.reason, "until": order.until, "slack_channel_typed": where}
    try:
        hold = _kept(desk, order, person, said)
    except AlreadyHeld as error:
        return Answer(told.already(error, typed.command))
    here = {typed.slack_channel, typed.slack_channel_name}
    return Answer(told.begun(hold, typed.command, is_told_here=hold.slack_channel in here))


def _kept(desk: Desk, order: Lock | Freeze, person: str, said: dict[str, str]) -> HoldView:
    if isinstance(order, Lock):
        return locks.lock(desk.db, desk.clock(), person=person, names=order.names, take=order.take, **said)
    return freezes.freeze(desk.db, desk.clock(), person=person, names=order.names, **said)


def end_hold(desk: Desk, pressed: Pressed) -> Answer:
    """*Resume*, *Unlock*, *Thaw*: the same as typing it. The announcement says what follows."""
    if not pressed.value.isdecimal():
        return NOTHING
    person, hold = pressed.person.slug, holds.view(desk.db, int(pressed.value))
    names = tuple(name for name in (hold.environment, hold.project) if name)
    if hold.kind is HoldKind.PAUSE:
        holds.resume(desk.db, desk.clock(), person=person, project=hold.project)
    elif hold.kind is HoldKind.LOCK:
        locks.unlock_this(desk.db, desk.clock(), person=person, hold=hold.id)
    else:
        freezes.thaw(desk.db, desk.clock(), person=person, names=names)
    return NOTHING
