"""Interruptions: who may answer, answering, and what would run then. One service behind button, modal and command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.database import Database
from engine.domain import plans
from engine.domain.approvals import Answer, verdict_of
from engine.domain.processes import ManualIntervention
from engine.domain.states import InterruptionKind, InterruptionState, RunState, TaskState, Verdict
from engine.models import ActionRun, Decision, Interruption, Output, Task
from engine.services import access, guidance, outbox, planned, schedules, task_views
from engine.services.errors import (
    AlreadyAnswered,
    AlreadyDecided,
    MayNotDecide,
    NothingToDecide,
    SeveralQuestions,
    TakenBySomebodyElse,
    UnknownTask,
    WrongVerdict,
)
from engine.services.tickets import new_ticket
from engine.services.views import InterruptionView, PlanView

_CHOICES = {
    InterruptionKind.MANUAL: (Verdict.PROCEED, Verdict.ABORT),
    InterruptionKind.LOST: (Verdict.RUN_AGAIN, Verdict.FAIL),
    InterruptionKind.GUIDED: tuple(guidance.MEANS),
}

_DONE = {
    Verdict.PROCEED: "proceeded",
    Verdict.ABORT: "aborted",
    Verdict.RUN_AGAIN: "had it run again",
    Verdict.EXCLUDE: "excluded it",
    Verdict.IGNORE: "ignored it",
    Verdict.FAIL: "let it fail",
}


def view(db: Database, interruption_id: int) -> InterruptionView:
    """The interruption as it stands. Raises NothingToDecide when there is none."""
    with db.read() as session:
        row, task = _require(session, interruption_id)
        return task_views.interruption_view(session, row, task, plans.from_json(task.plan), access.rules(session))


def pending_of(db: Database, number: int, verdict: Verdict, machines: Sequence[str] = ()) -> InterruptionView:
    """The pending interruption of this task that takes this verdict. `machines` tell steps beside each other apart: by
    a machine on which only one of them failed, or by the step itself, which `decide` understands too.

    Raises UnknownTask, NothingToDecide, AlreadyDecided (who was first), SeveralQuestions.
    """
    views = all_pending(db, number, verdict)
    named = {machine.casefold() for machine in machines}
    failed = {view.id: {run.machine.casefold() for run in view.still_open} for view in views}
    steps_named = named - set().union(*failed.values())  # a machine that is called like a step is the machine
    of_step = [view for view in views if steps_named & {view.step_slug, view.step_name.casefold()}]
    about = [view for view in views if guidance.means_some(machines, failed[view.id])]
    found = of_step or about or views
    if len({view.step_slug for view in found}) > 1:
        steps = " and ".join(f"“{view.step_name}”" for view in found)
        raise SeveralQuestions(number=number, steps=steps, example=found[-1].step_slug)
    return found[0]


def all_pending(db: Database, number: int, verdict: Verdict) -> tuple[InterruptionView, ...]:
    """All pending interruptions of this task that take this verdict, at least one, oldest first.

    Raises UnknownTask, NothingToDecide, AlreadyDecided (who was first).
    """
    kinds = [kind.value for kind, choices in _CHOICES.items() if verdict in choices]
    with db.read() as session:
        task = session.get(Task, number)
        if task is None:
            raise UnknownTask(number=number)
        of_kind = select(Interruption).where(Interruption.task_id == number, Interruption.kind.in_(kinds))
        pending = of_kind.where(Interruption.state == InterruptionState.PENDING.value)
        rows = session.scalars(pending.order_by(Interruption.id)).all()
        if not rows:
            latest = session.scalars(of_kind.order_by(Interruption.id.desc()).limit(1)).first()
            if latest is not None:
                raise _already(session, latest)
            what = "an approval" if InterruptionKind.MANUAL.value in kinds else "a decision about a failed or lost step"
            raise NothingToDecide(number=number, what=what)
        found, plan = access.rules(session), plans.from_json(task.plan)
        return tuple(task_views.interruption_view(session, row, task, plan, found) for row in rows)


def refusal(db: Database, *, person: str, interruption_id: int) -> str | None:
    """Why this person may not answer it now, as a sentence; None when they may."""
    with db.read() as session:
        row, task = _require(session, interruption_id)
        if row.state != InterruptionState.PENDING.value or task.cancel_requested_at is not None:
            return str(_already(session, row))
        if _has_answered(session, row, person):
            return "You have already answered; it waits for others."
        if reason := task_views.why_not(row, task, access.rules(session), person):
            return reason
        taken = _taken(session, row, person)
        return f"{taken} {taken.hint}" if taken else None


def take(
    db: Database, now: datetime, *, person: str, interruption_id: int, is_takeover: bool = True
) -> InterruptionView:
    """Be the one who is on a failed step. Raises NothingToDecide, AlreadyDecided, MayNotDecide; TakenBySomebodyElse
    unless it `is_takeover`.
    """
    with db.write() as session:
        found = access.rules(session, now)
        row, task = _require(session, interruption_id)
        if row.state != InterruptionState.PENDING.value or task.cancel_requested_at is not None:
            raise _already(session, row)
        if row.kind != InterruptionKind.GUIDED.value:
            raise WrongVerdict
        if reason := task_views.why_not(row, task, found, person):
            raise MayNotDecide(reason=reason)
        if not is_takeover and (taken := _taken(session, row, person)):
            raise taken
        if row.taken_by != person:
            row.taken_by, row.taken_at = person, now
            task.changed_at = now
            outbox.tell_interruption(session, now, task, row.id)
            outbox.tell_card(session, now, task)
            session.flush()
        return task_views.interruption_view(session, row, task, plans.from_json(task.plan), found)


def _taken(session: Session, row: Interruption, person: str) -> TakenBySomebodyElse | None:
    if row.taken_by is None or row.taken_by == person or row.taken_at is None:
        return None
    zone = schedules.zone_of(session, access.rules(session).definitions, person)
    return TakenBySomebodyElse(by=row.taken_by, since=zone.spelled(row.taken_at), number=row.task_id)


def remaining(db: Database, interruption_id: int) -> PlanView:
    """What will run when it is answered with Proceed or Run again: the steps that are not settled yet."""
    with db.read() as session:
        row, task = _require(session, interruption_id)
        run = session.get_one(ActionRun, row.action_run_id)
        first = run.step + 1 if InterruptionKind(row.kind) is InterruptionKind.MANUAL else run.step
        return planned.view_of(session, task, first_step=first)


def decide(
    db: Database,
    now: datetime,
    *,
    person: str,
    interruption_id: int,
    verdict: Verdict,
    note: str = "",
    machines: Sequence[str] = (),
    without: Sequence[str] = (),
) -> InterruptionView:
    """Answer. `machines`: of which failed ones this is said, where it is asked about several; else of all, but not
    of those `without`. Names may be patterns and ranges; the step that it is asked about may stand among them.

    Raises MayNotDecide, AlreadyDecided, WrongVerdict, NothingToDecide, TakenBySomebodyElse, GuidanceRefused,
    UnknownName, NoneLeft; then nothing was changed.
    """
    with db.write() as session:
        found = access.rules(session, now)
        row, task = _require(session, interruption_id)
        if row.state != InterruptionState.PENDING.value or task.cancel_requested_at is not None:
            raise _already(session, row)
        kind = InterruptionKind(row.kind)
        if verdict not in _CHOICES[kind]:
            raise WrongVerdict
        if reason := task_views.why_not(row, task, found, person):
            raise MayNotDecide(reason=reason)
        if earlier := _has_answered(session, row, person):
            raise AlreadyAnswered(done=_DONE[Verdict(earlier.verdict)])
        note = note.strip()[:2000]
        if kind is InterruptionKind.GUIDED:
            if taken := _taken(session, row, person):
                raise taken
            row.taken_by, row.taken_at = person, row.taken_at or now
            guidance.decide(
                session,
                now,
                row,
                task,
                person=person,
                revision=found.revision,
                verdict=verdict,
                machines=machines,
                without=without,
                note=note,
            )
        else:
            _append(session, now, row, found, person=person, verdict=verdict, note=note)
            _settle(session, now, row, task, kind, verdict)
        task.advance_due, task.changed_at = True, now
        outbox.tell_interruption(session, now, task, row.id)
        outbox.tell_card(session, now, task)
        session.flush()
        return task_views.interruption_view(session, row, task, plans.from_json(task.plan), found)


def pass_over(
    session: Session, now: datetime, task: Task, run: ActionRun, work: ManualIntervention, step_name: str
) -> None:
    """It is an emergency: nobody is asked, and the row says whose approval was passed over."""
    row = Interruption(
        task_id=task.id,
        action_run_id=run.id,
        kind=InterruptionKind.MANUAL.value,
        state=InterruptionState.PASSED.value,
        step_name=step_name,
        instructions="",
        teams=list(work.teams),
        minimum=work.minimum,
        requester_may=work.requester_may,
        raised_at=now,
        settled_at=now,
    )
    session.add(row)
    run.state, run.finished_at = RunState.SUCCEEDED.value, now
    run.reason = f"passed over by {task.requested_by} in an emergency: {task.reason}"
    session.flush()
    _write_outputs(session, now, row, person=task.requested_by, notes=run.reason, is_approved=True, approvers=())
    outbox.tell_interruption(session, now, task, row.id)


def close(session: Session, now: datetime, row: Interruption, task: Task) -> None:
    """Nobody needs to answer any more: the task was canceled."""
    row.state, row.settled_at = InterruptionState.CLOSED.value, now
    outbox.tell_interruption(session, now, task, row.id)


def _require(session: Session, interruption_id: int) -> tuple[Interruption, Task]:
    row = session.get(Interruption, interruption_id)
    if row is None:
        raise NothingToDecide(number=f"? (question {interruption_id})", what="that")
    return row, session.get_one(Task, row.task_id)


def _append(
    session: Session,
    now: datetime,
    row: Interruption,
    found: access.Rules,
    *,
    person: str,
    verdict: Verdict,
    note: str,
) -> None:
    count = session.scalar(select(func.count()).select_from(Decision).where(Decision.interruption_id == row.id)) or 0
    session.add(
        Decision(
            interruption_id=row.id,
            number=count + 1,
            person=person,
            verdict=verdict.value,
            note=note,
            revision_id=found.revision,
            decided_at=now,
        )
    )
    session.flush()


def _settle(
    session: Session, now: datetime, row: Interruption, task: Task, kind: InterruptionKind, verdict: Verdict
) -> None:
    run = session.get_one(ActionRun, row.action_run_id)
    if kind is InterruptionKind.LOST:
        again = verdict is Verdict.RUN_AGAIN
        row.state = (InterruptionState.RUN_AGAIN if again else InterruptionState.FAILED).value
        if again:
            _queue_again(session, now, run)
        else:
            run.state, run.hint = RunState.FAILED.value, ""
            run.reason = f"{run.reason} {_decisions(session, row)[-1].person} let it fail.".strip()
    else:
        decisions = _decisions(session, row)
        outcome = verdict_of(task_views.policy_of(row), (Answer(d.person, Verdict(d.verdict)) for d in decisions))
        if outcome is InterruptionState.PENDING:
            return
        row.state = outcome.value
        proceeded = outcome is InterruptionState.PROCEEDED
        run.state = (RunState.SUCCEEDED if proceeded else RunState.FAILED).value
        run.reason = _sentence(decisions, proceeded=proceeded)
        approvers = [d.person for d in decisions if d.verdict == Verdict.PROCEED.value]
        last = decisions[-1]
        _write_outputs(
            session, now, row, person=last.person, notes=last.note, is_approved=proceeded, approvers=approvers
        )
    run.finished_at = row.settled_at = now
    if task.state not in {TaskState.CANCELLING.value, TaskState.EXECUTING.value}:
        task.state = TaskState.QUEUED.value


def _queue_again(session: Session, now: datetime, run: ActionRun) -> None:
    run.reason = "its end was unknown; it was run again"
    run.state = RunState.SKIPPED.value
    session.add(
        ActionRun(
            task_id=run.task_id,
            step=run.step,
            action=run.action,
            machine=run.machine,
            attempt=run.attempt + 1,
            state=RunState.QUEUED.value,
            ticket=new_ticket(),
            queued_at=now,
        )
    )


def _sentence(decisions: list[Decision], *, proceeded: bool) -> str:
    last = decisions[-1]
    note = f": {last.note}" if last.note else ""
    if not proceeded:
        return f"aborted by {last.person}{note}"
    return f"approved by {' and '.join(d.person for d in decisions)}{note}"


def _write_outputs(
    session: Session,
    now: datetime,
    row: Interruption,
    *,
    person: str,
    notes: str,
    is_approved: bool,
    approvers: Sequence[str],
) -> None:
    """Octopus's `Output.Manual.*` (its page on manual intervention), plus all of the approvers."""
    found = access.rules(session).definitions.people.get(person)
    values = {
        "Manual.Notes": notes,
        "Manual.Approved": str(is_approved),
        "Manual.ResponsibleUser.Id": (found.slack if found and found.slack else person),
        "Manual.ResponsibleUser.Username": person,
        "Manual.ResponsibleUser.DisplayName": found.name if found else person,
        "Manual.ResponsibleUser.EmailAddress": "",
        "Manual.Approvers": ",".join(approvers),
    }
    machine = session.get_one(ActionRun, row.action_run_id).machine  # within a rolling step each machine has its own
    about = {"task_id": row.task_id, "step_name": row.step_name, "machine": machine, "set_at": now}
    session.add_all(Output(**about, name=name, value=value) for name, value in values.items())


def _decisions(session: Session, row: Interruption) -> list[Decision]:
    return list(session.scalars(select(Decision).where(Decision.interruption_id == row.id).order_by(Decision.number)))


def _has_answered(session: Session, row: Interruption, person: str) -> Decision | None:
    return session.scalars(
        select(Decision).where(Decision.interruption_id == row.id, Decision.person == person)
    ).first()


def _already(session: Session, row: Interruption) -> AlreadyDecided | NothingToDecide:
    guided = guidance.decisions(session, row)
    decisions = guided or _decisions(session, row)
    is_over = row.state in {InterruptionState.PENDING.value, InterruptionState.CLOSED.value}  # canceled meanwhile
    if not decisions or is_over:
        return NothingToDecide(number=row.task_id, what="an answer any more")
    return AlreadyDecided(by=decisions[-1].person, done=_DONE[Verdict(decisions[-1].verdict)])
