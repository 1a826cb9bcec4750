"""Which events an app hears: those of its manifest, as far as its scopes reach."""

from bot.sandbox.manifest import Manifest

# One of these scopes is needed; an event that is not named here needs none.
SCOPES = {
    "app_mention": ("app_mentions:read",),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "link_shared": ("links:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
}


def wants(manifest: Manifest, subscription: str) -> bool:
    """Whether the app is told of this."""
    needed = SCOPES.get(subscription, ())
    return subscription in manifest.events and (not needed or any(scope in manifest.scopes for scope in needed))
