"""What is typed about the queue: each form of it is one call of one service and a private answer."""

from __future__ import annotations

from functools import partial

from bot import links
from bot.listeners.requests import Answer, Desk, Typed
from bot.messages import queues as shown
from bot.orders import MoveFirst, Order, ShowQueue
from engine.services import queues


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
