"""The outbox: what is to be told in chat, as rows written with the change; and the announcer's side of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, literal, select, update
from sqlalchemy.orm import Session

from engine.database import Database
from engine.models import OutboxRow, PostedMessage, Task

CARD, INTERRUPTION, LOG, FILE, NOTICE = "card", "interruption", "log", "file", "notice"
ARTIFACTS = "artifacts"  # the files that a script gave to be kept
HOLD = "hold"  # what holds deployments up: about no task
DIRECT = "direct"  # to one person alone
TRIGGER = "trigger"  # a trigger deployed nothing
HEALTH = "health"  # machines went from one state to another, or were taken out of use
EMERGENCY = "emergency"  # somebody passed rules over, and somebody else has to look at it

# Cards and interventions overtake; everything else of a thread keeps its order among itself.
_IN_ORDER = 5
_PRIORITY = {
    CARD: 0,
    INTERRUPTION: 1,
    HOLD: 1,
    DIRECT: 1,
    TRIGGER: 1,
    HEALTH: 1,
    EMERGENCY: 1,
    LOG: _IN_ORDER,
    FILE: _IN_ORDER,
    ARTIFACTS: _IN_ORDER,
    NOTICE: _IN_ORDER,
}


@dataclass(frozen=True)
class Parcel:
    """Something to post or edit, claimed by this announcer."""

    id: int
    task: int | None  # None: it is about no task
    kind: str  # card, interruption, log, file, artifacts, notice, hold, direct, trigger, health, emergency
    key: str  # which message
    payload: dict[str, Any]
    attempts: int
    slack_channel: str  # name or id, where it is told; `@` and a slug: to this person alone
    was_sending: bool = False  # a dead process may have sent it: look before sending again


@dataclass(frozen=True)
class Posted:
    """A message that stands in chat."""

    key: str
    task: int | None
    slack_channel: str  # id
    ts: str
    thread_ts: str | None
    digest: str
    edited_at: datetime | None


# Writing, with the change. Nothing is written for a task that is told nowhere.


def tell_card(session: Session, now: datetime, task: Task) -> None:
    """The card of this task is out of date."""
    _tell(session, now, task, CARD, f"card:{task.id}", {})


def tell_interruption(session: Session, now: datetime, task: Task, interruption: int) -> None:
    """An interruption was raised, answered or settled."""
    _tell(session, now, task, INTERRUPTION, f"interruption:{interruption}", {"interruption": interruption})


def tell_log(session: Session, now: datetime, task: Task, run: int, start: int, end: int) -> None:
    """A stretch of the log of this run (bytes of the stored log) goes to the thread."""
    _tell(session, now, task, LOG, f"log:{run}:{start}", {"run": run, "start": start, "end": end})


def tell_file(session: Session, now: datetime, task: Task, run: int) -> None:
    """The whole log of this run goes to the thread as a file."""
    _tell(session, now, task, FILE, f"file:{run}", {"run": run})


def tell_artifacts(session: Session, now: datetime, task: Task, run: int) -> None:
    """The files that this run gave to be kept go to the thread."""
    _tell(session, now, task, ARTIFACTS, f"artifacts:{run}", {"run": run})


def tell_notice(session: Session, now: datetime, task: Task, what: str) -> None:
    """Somebody must know: `what` is `finished` or `failed`."""
    _tell(session, now, task, NOTICE, f"notice:{task.id}:{what}", {"what": what})


def tell_hold(session: Session, now: datetime, hold: int, slack_channel: str | None) -> None:
    """Something holds deployments up, or does no more: one message in this channel that always says the latest."""
    if slack_channel:
        _write(session, now, HOLD, f"hold:{hold}", {"hold": hold}, addressee=slack_channel)


def tell_trigger(session: Session, now: datetime, fire: int, slack_channel: str | None) -> None:
    """A trigger deployed nothing, and somebody has to know."""
    if slack_channel:
        _write(session, now, TRIGGER, f"trigger:{fire}", {"fire": fire}, addressee=slack_channel)


def tell_health(session: Session, now: datetime, bulletin: int, slack_channel: str | None) -> None:
    """Machines went from one state to another: one message for each burst."""
    if slack_channel:
        _write(session, now, HEALTH, f"health:{bulletin}", {"bulletin": bulletin}, addressee=slack_channel)


def tell_disabled(session: Session, now: datetime, disabled: int, slack_channel: str | None) -> None:
    """Somebody took machines out of use, or they are back: one message that always says the latest."""
    if slack_channel:
        _write(session, now, HEALTH, f"disabled:{disabled}", {"disabled": disabled}, addressee=slack_channel)


def tell_trusted(session: Session, now: datetime, trusted: int, slack_channel: str | None) -> None:
    """Somebody trusts a new host key."""
    if slack_channel:
        _write(session, now, HEALTH, f"trusted:{trusted}", {"trusted": trusted}, addressee=slack_channel)


def tell_emergency(session: Session, now: datetime, task: Task, emergency: int, *, nag: int = 0) -> None:
    """An emergency was declared or acknowledged; `nag`: somebody is asked again, the how manieth time."""
    if task.slack_channel:
        key, payload = f"emergency:{emergency}:{nag}", {"task": task.id, "nag": nag}
        _write(session, now, EMERGENCY, key, payload, addressee=task.slack_channel)


def tell_person(session: Session, now: datetime, person: str, hold: int, what: str, **facts: Any) -> None:
    """A direct message about what holds deployments up: `what` is `taken`, `free` or `nag`."""
    key = f"direct:{hold}:{what}:{person}:{int(now.timestamp())}"
    _write(session, now, DIRECT, key, {"hold": hold, "what": what, **facts}, addressee=f"@{person}")


def _tell(session: Session, now: datetime, task: Task, kind: str, key: str, payload: dict[str, Any]) -> None:
    if task.slack_channel:
        _write(session, now, kind, key, payload, task_id=task.id)


def _write(
    session: Session,
    now: datetime,
    kind: str,
    key: str,
    payload: dict[str, Any],
    *,
    task_id: int | None = None,
    addressee: str | None = None,
) -> None:
    told = session.info.setdefault("told", set())
    if key in told:  # a row that this transaction has written or found waits already
        return
    told.add(key)
    session.flush()
    waiting = session.scalar(select(OutboxRow.id).where(OutboxRow.message_key == key, OutboxRow.state == "pending"))
    if waiting is None:  # an unsent update is rendered when it is sent, so it already stands for this one
        session.add(
            OutboxRow(
                task_id=task_id,
                addressee=addressee,
                kind=kind,
                message_key=key,
                payload=payload,
                priority=_PRIORITY[kind],
                state="pending",
                created_at=now,
            )
        )


# The announcer's side.


def claim(
    db: Database,
    now: datetime,
    *,
    limit: int = 20,
    may_send: Callable[[Parcel, bool], bool] = lambda _parcel, _stands: True,
) -> tuple[Parcel, ...]:
    """Take what may be sent now: pending → sending. A thread waits for its card; within a thread, order is kept.

    `may_send(parcel, stands)` is asked in that order, for a quick answer from memory (rate limits); `stands`: a message
    with that key is in chat already, so it would be an edit.
    """
    # Chosen without the write lock: when nothing can be sent, nothing is written and nobody is woken.
    with db.read() as session:
        chosen = _choose(session, now, limit=limit, may_send=may_send)
    if not chosen:
        return ()
    claimed: list[Parcel] = []
    with db.write() as session:
        for parcel in chosen:
            taken = session.scalar(
                update(OutboxRow)
                .where(OutboxRow.id == parcel.id, OutboxRow.state == "pending")
                .values(state="sending", attempts=OutboxRow.attempts + 1)
                .returning(OutboxRow.id)
            )
            if taken is not None:
                claimed.append(replace(parcel, attempts=parcel.attempts + 1))
    return tuple(claimed)


def _choose(session: Session, now: datetime, *, limit: int, may_send: Callable[[Parcel, bool], bool]) -> list[Parcel]:
    chosen: list[Parcel] = []
    sending = session.execute(
        select(OutboxRow.message_key, OutboxRow.task_id, OutboxRow.priority).where(OutboxRow.state == "sending")
    ).all()
    keys_on_their_way = {key for key, _, _ in sending}
    busy_threads = {task for _, task, priority in sending if priority == _IN_ORDER}
    for row, channel, card_stands, stands in session.execute(_PENDING):
        if len(chosen) >= limit:
            break
        if row.task_id is not None and row.kind != CARD and not card_stands:
            continue
        if row.priority == _IN_ORDER:
            if row.task_id in busy_threads:
                continue
            busy_threads.add(row.task_id)  # whether or not it can go now, nothing of its thread overtakes it
        is_due = row.not_before is None or row.not_before <= now
        if not is_due or row.message_key in keys_on_their_way:
            continue
        parcel = _parcel(row, channel)
        if may_send(parcel, stands):
            chosen.append(parcel)
    return chosen


def unfinished(db: Database) -> tuple[Parcel, ...]:
    """What a dead process was sending; it must be looked up in chat before it is sent again."""
    with db.read() as session:
        rows = session.execute(
            select(OutboxRow, Task.slack_channel)
            .outerjoin(Task, Task.id == OutboxRow.task_id)
            .where(OutboxRow.state == "sending")
            .order_by(OutboxRow.priority, OutboxRow.id)
        ).all()
        return tuple(_parcel(row, channel, was_sending=True) for row, channel in rows)


def sent(
    db: Database,
    now: datetime,
    parcel_id: int,
    *,
    slack_channel: str,
    ts: str,
    thread_ts: str | None = None,
    digest: str = "",
) -> None:
    """It stands in chat."""
    with db.write() as session:
        row = session.get(OutboxRow, parcel_id)
        if row is None or row.state != "sending":
            return
        row.state = "sent"
        row.error = ""
        message = session.get(PostedMessage, row.message_key)
        if message is None:
            message = PostedMessage(message_key=row.message_key, task_id=row.task_id, posted_at=now)
            session.add(message)
        else:
            message.edited_at = now
        message.slack_channel, message.ts, message.thread_ts, message.digest = slack_channel, ts, thread_ts, digest


def unchanged(db: Database, parcel_id: int) -> None:
    """There was nothing to send after all."""
    _settle(db, parcel_id, state="sent")


def retry_later(db: Database, parcel_id: int, not_before: datetime, error: str) -> None:
    """Not now: back to pending, unless a newer update of the same message waits already."""
    with db.write() as session:
        row = session.get(OutboxRow, parcel_id)
        if row is None or row.state != "sending":
            return
        newer = session.scalars(
            select(OutboxRow).where(OutboxRow.message_key == row.message_key, OutboxRow.state == "pending")
        ).first()
        if newer is None:
            row.state, row.not_before, row.error = "pending", not_before, error[:500]
        else:
            row.state, row.error = "dropped", "replaced by a newer update"
            newer.not_before = not_before
            newer.attempts += row.attempts  # that one may be in chat without our knowing: it is looked for there


def drop(db: Database, parcel_id: int, error: str) -> None:
    """It can never be sent; the reason is kept."""
    _settle(db, parcel_id, state="dropped", error=error)


def message(db: Database, key: str) -> Posted | None:
    """The message with this key, if it stands in chat."""
    with db.read() as session:
        row = session.get(PostedMessage, key)
        return None if row is None else _posted(row)


_CARD_STANDS = (
    select(PostedMessage.message_key)
    .where(PostedMessage.message_key == literal("card:").concat(cast(OutboxRow.task_id, String)))
    .exists()
)
_STANDS = select(PostedMessage.message_key).where(PostedMessage.message_key == OutboxRow.message_key).exists()
_PENDING = (
    select(OutboxRow, Task.slack_channel, _CARD_STANDS, _STANDS)
    .outerjoin(Task, Task.id == OutboxRow.task_id)
    .where(OutboxRow.state == "pending")
    .order_by(OutboxRow.priority, OutboxRow.id)
    .limit(500)
)


def _settle(db: Database, parcel_id: int, *, state: str, error: str = "") -> None:
    with db.write() as session:
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id == parcel_id, OutboxRow.state == "sending")
            .values(state=state, error=error[:500])
        )


def _parcel(row: OutboxRow, channel: str | None, *, was_sending: bool = False) -> Parcel:
    return Parcel(
        id=row.id,
        task=row.task_id,
        kind=row.kind,
        key=row.message_key,
        payload=dict(row.payload),
        attempts=row.attempts,
        slack_channel=row.addressee or channel or "",
        was_sending=was_sending,
    )


def _posted(row: PostedMessage) -> Posted:
    return Posted(
        key=row.message_key,
        task=row.task_id,
        slack_channel=row.slack_channel,
        ts=row.ts,
        thread_ts=row.thread_ts,
        digest=row.digest,
        edited_at=row.edited_at,
    )
