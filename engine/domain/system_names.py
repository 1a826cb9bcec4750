"""The variables that Foredeck itself sets, by the names that Octopus gives them, with an example of each. How they get
their values is not here.

One table holds what there is: the page in `docs/`, a real deployment and what may be asked for are held against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class SystemVariable(NamedTuple):
    """A name, a value as an example, and what it is. `[STEP]` and `[ACTION]` stand for the name of an earlier one."""

    name: str
    example: str
    meaning: str = ""


TABLE: Sequence[SystemVariable] = (
    SystemVariable("Octopus.Project.Id", "web", "the slug"),
    SystemVariable("Octopus.Project.Name", "Web shop"),
    SystemVariable("Octopus.Environment.Id", "production", "the slug"),
    SystemVariable("Octopus.Environment.Name", "Production"),
    SystemVariable("Octopus.Environment.SortOrder", "1", "its place in the configuration, from 0"),
    SystemVariable("Octopus.Release.Id", "2"),
    SystemVariable("Octopus.Release.Number", "1.4.0"),
    SystemVariable("Octopus.Release.Created", "2026-05-04T09:00:00+00:00"),
    SystemVariable("Octopus.Release.Previous.Id", "1", "of the release created before this one"),
    SystemVariable("Octopus.Release.Previous.Number", "1.3.0"),
    SystemVariable("Octopus.Release.PreviousForEnvironment.Id", "1", "of what was last deployed to this environment"),
    SystemVariable("Octopus.Release.PreviousForEnvironment.Number", "1.3.0"),
    SystemVariable("Octopus.Release.CurrentForEnvironment.Id", "1", "of what last succeeded there"),
    SystemVariable("Octopus.Release.CurrentForEnvironment.Number", "1.3.0"),
    SystemVariable("Octopus.Runbook.Id", "restart", "the slug, where a runbook runs; nothing of a release is there"),
    SystemVariable("Octopus.Runbook.Name", "Restart", "where a runbook runs"),
    SystemVariable("Octopus.RunbookSnapshot.Name", "restart@1", "what was published, where a runbook runs"),
    SystemVariable("Octopus.RunbookRun.Id", "3", "the number on the card, where a runbook runs"),
    SystemVariable("Octopus.Deployment.Id", "2", "the number on the card"),
    SystemVariable("Octopus.Deployment.Name", "Deploy to Production"),
    SystemVariable("Octopus.Deployment.Created", "2026-05-04T09:00:00+00:00"),
    SystemVariable("Octopus.Deployment.CreatedBy.Id", "ana", "the slug of who asked for it"),
    SystemVariable("Octopus.Deployment.CreatedBy.Username", "ana"),
    SystemVariable("Octopus.Deployment.CreatedBy.DisplayName", "Ana Novak"),
    SystemVariable("Octopus.Deployment.PreviousSuccessful.Id", "1", "the last one to this environment that succeeded"),
    SystemVariable(
        "Octopus.Deployment.Error", "The script ended with exit code 3.", "of the first failure; absent before"
    ),
    SystemVariable("Octopus.Deployment.ErrorDetail", "build: The script ended with exit code 3."),
    SystemVariable("Octopus.Task.Id", "2", "the number on the card"),
    SystemVariable("Octopus.Task.Name", "Deploy Web shop release 1.4.0 to Production"),
    SystemVariable("Octopus.Task.QueueTime", "2026-05-04T09:00:00+00:00"),
    SystemVariable("Octopus.Step.Id", "tell", "the slug"),
    SystemVariable("Octopus.Step.Name", "Tell everybody"),
    SystemVariable("Octopus.Step.Number", "3", "its place among the steps of this deployment, from 1"),
    SystemVariable("Octopus.Step[STEP].Status.Code", "Failed", "Succeeded, Failed, Skipped, Canceled or Running"),
    SystemVariable("Octopus.Step[STEP].Status.Error", "The script ended with exit code 3.", "where it failed"),
    SystemVariable("Octopus.Action.Id", "tell", "the slug"),
    SystemVariable("Octopus.Action.Name", "Tell everybody"),
    SystemVariable("Octopus.Action.Number", "3", "its place among the actions of this deployment, from 1"),
    SystemVariable("Octopus.Action[ACTION].IsSkipped", "True", "where it was skipped"),
    SystemVariable("Octopus.Action[ACTION].Status.Error", "The script ended with exit code 3.", "where it failed"),
    SystemVariable("Octopus.WorkerPool.Id", "linux", "the slug of the pool, in steps that run on a worker"),
    SystemVariable("Octopus.WorkerPool.Name", "Linux"),
    SystemVariable("Octopus.Machine.Id", "web-1", "the slug of the target, in steps that run for targets"),
    SystemVariable("Octopus.Machine.Name", "web-1"),
    SystemVariable("Octopus.Machine.Hostname", "web-1.example.org", "where the target is a machine"),
    SystemVariable("Octopus.Machine.Roles", "web", "its tags, divided by commas"),
    SystemVariable("Foredeck.Slack.UserId", "U01ANA", "of who asked for it, where that is known"),
    SystemVariable("Foredeck.Slack.ChannelId", "C0DEPLOY", "where it was asked for, when in Slack"),
    SystemVariable("Foredeck.Hash", "#", "stands in templates for the # that somebody typed"),
)
