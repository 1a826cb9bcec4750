"""What is typed about the queue: each form of it is one call of one service and a private answer."""

from __future__ import annotations

from functools import partial

from bot import links
from bot.listeners.requests import NOTHING, Answer, Desk, Pressed, Typed
from bot.messages import holds as told
from bot.messages import queues as shown
from bot.orders import Abandon, MoveFirst, Order, Pause, Resume, ShowQueue
from engine.services import holds, queues, tasks


def carry_out(desk: Desk, typed: Typed, order: Order) -> Answer:
    """Do it, and say what came of it."""
    person = typed.person.slug
    match order:
        case ShowQueue():
            view = queues.view(desk.db, person, order.project or None)
            card_url = partial(links.to_card, desk.db, desk.workspace_url)
            return Answer(shown.queue(view, typed.command, card_url=card_url))
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
        case Abandon():
            return Answer(told.abandoned(tasks.abandon(desk.db, desk.clock(), person=person, number=order.number)))


def resume(desk: Desk, pressed: Pressed) -> Answer:
    """*Resume* on the announcement: the same as typing it. The announcement says what follows."""
    if not pressed.value.isdecimal():
        return NOTHING
    hold = holds.view(desk.db, int(pressed.value))
    holds.resume(desk.db, desk.clock(), person=pressed.person.slug, project=hold.project)
    return NOTHING
