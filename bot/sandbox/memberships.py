"""Who comes into a channel and who goes, with the notice that Slack writes. Who may do so is decided by the callers."""

from bot.sandbox import notices
from bot.sandbox.channels import Channel
from bot.sandbox.people import TEAM_ID
from bot.sandbox.workspace import Workspace


def let_in(workspace: Workspace, channel: Channel, user_id: str, inviter: str | None = None) -> None:
    """Somebody comes in; with somebody of another workspace in it, a channel is shared with that one."""
    channel.members.append(user_id)
    team_id = workspace.users[user_id]["team_id"]
    if team_id != TEAM_ID and team_id not in channel.connected_teams:
        channel.connected_teams.append(team_id)
    workspace.save_channel(channel)
    notices.joined(workspace, channel, user_id, inviter)
    workspace.happenings.note("member_joined_channel", channel=channel, user=user_id, inviter=inviter)


def let_out(workspace: Workspace, channel: Channel, user_id: str) -> None:
    """Somebody goes. The app hears of its own leaving no more than of what follows."""
    notices.left(workspace, channel, user_id)
    channel.members = [known for known in channel.members if known != user_id]
    workspace.save_channel(channel)
    workspace.happenings.note("member_left_channel", channel=channel, user=user_id)
