"""The workspace: people, channels, groups, files, and finding them by id or name. It checks no token and no scope."""

from bot.sandbox import elements
from bot.sandbox.attention import Attention
from bot.sandbox.changes import Changes
from bot.sandbox.channels import Channel
from bot.sandbox.clock import Clock
from bot.sandbox.happenings import Happenings
from bot.sandbox.ids import Timestamps, named_id, random_id
from bot.sandbox.journal import Journal
from bot.sandbox.json_types import JsonObject
from bot.sandbox.manifest import Manifest
from bot.sandbox.people import SEEDS, SLACKBOT, bot_user, person, slackbot, usergroup

EARLIER_KEPT = 10
EARLIER_MESSAGES = 500


class Workspace:
    """All that Slack would keep. Every change goes to the journal and to who looks on."""

    def __init__(self, clock: Clock, journal: Journal, changes: Changes, manifest: Manifest) -> None:
        self.clock = clock
        self.journal = journal
        self.changes = changes
        self.happenings = Happenings()
        ids = self._app_ids(manifest)
        self.app_id, self.bot_id, self.bot_user_id = ids["app"], ids["bot"], ids["user"]
        self.app_name = manifest.name
        self.users: dict[str, JsonObject] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, JsonObject] = {}
        self._group_members: dict[str, list[str]] = {}
        self.files: dict[str, JsonObject] = {}
        self.ephemerals: dict[tuple[str, str], JsonObject] = {}
        # What edited messages showed before, for clicks of people whose client is a moment behind.
        self.earlier_blocks: dict[tuple[str, str], list[list[JsonObject]]] = {}
        self.timestamps = Timestamps(clock)
        self.attention = Attention(journal, changes)
        self._load()
        self._seed(manifest)

    # Finding

    def user(self, name_or_id: str) -> JsonObject | None:
        """A person by id or name, also with the @ in front."""
        found = self.users.get(name_or_id)
        if found is not None:
            return found
        name = name_or_id.removeprefix("@").casefold()
        return next((user for user in self.users.values() if user["name"] == name), None)

    def channel(self, name_or_id: str) -> Channel | None:
        """A channel by id or name, also with the # in front."""
        found = self.channels.get(name_or_id)
        if found is not None:
            return found
        name = name_or_id.removeprefix("#")
        return next((channel for channel in self.channels.values() if channel.name == name and not channel.is_im), None)

    def is_active_person(self, user_id: str) -> bool:
        """Whether this is somebody who reads: no bot, and not deactivated."""
        user = self.users.get(user_id)
        return user is not None and not user["is_bot"] and not user["deleted"] and user_id != SLACKBOT

    def direct_message(self, user_id: str) -> Channel:
        """The conversation of the app with this person; opened when there was none."""
        for channel in self.channels.values():
            if channel.user == user_id:
                return channel
        channel_id = named_id("D0", self.users[user_id]["name"])
        channel = Channel(
            id=channel_id if channel_id not in self.channels else random_id("D0"),
            name="directmessage",
            creator=self.bot_user_id,
            created=int(self.clock.now()),
            members=[user_id, self.bot_user_id],
            is_im=True,
            user=user_id,
        )
        self.channels[channel.id] = channel
        self.save_channel(channel)
        return channel

    def direct_message_of(self, one: str, other: str) -> Channel:
        """The conversation of two people, which the app does not see; opened when there was none."""
        members = sorted((one, other))
        for channel in self.channels.values():
            if channel.is_im and channel.user is None and sorted(channel.members) == members:
                return channel
        channel = Channel(
            id=random_id("D0"),
            name="directmessage",
            creator=one,
            created=int(self.clock.now()),
            members=list(dict.fromkeys(members)),
            is_im=True,
        )
        self.channels[channel.id] = channel
        self.save_channel(channel)
        return channel

    # Changing

    def add_group_message(self, members: list[str]) -> Channel:
        """The group message of these people (ids, the app's own last)."""
        names = "--".join(self.users[member]["name"] for member in members)
        channel = Channel(
            id=random_id("G0"),
            name=f"mpdm-{names}-1",
            creator=self.bot_user_id,
            created=int(self.clock.now()),
            members=members,
            is_private=True,
            is_mpim=True,
        )
        self.channels[channel.id] = channel
        self.save_channel(channel)
        return channel

    def add_channel(self, name: str, members: list[str], is_private: bool = False) -> Channel:
        """Open a channel with these members (ids)."""
        channel_id = named_id("C0", name)
        channel = Channel(
            id=channel_id if channel_id not in self.channels else random_id("C0"),
            name=name,
            creator=members[0] if members else self.bot_user_id,
            created=int(self.clock.now()),
            members=members,
            is_private=is_private,
        )
        self.channels[channel.id] = channel
        self.save_channel(channel)
        self.happenings.note("channel_created", channel=channel)
        return channel

    def add_person(self, name: str, real_name: str, **fields: object) -> JsonObject:
        """Let somebody into the workspace."""
        user_id = named_id("U0", name)
        if user_id in self.users:
            user_id = random_id("U0")
        user = person(user_id, name, real_name, int(self.clock.now()), **fields)
        self.save_user(user)
        return user

    def set_usergroup(self, handle: str, name: str, users: list[str]) -> JsonObject:
        """Create the group, or give it these members."""
        now = int(self.clock.now())
        group = next((group for group in self.usergroups.values() if group["handle"] == handle), None)
        if group is None:
            group = usergroup(named_id("S0", handle), handle, name, users, now)
        else:
            group.update(name=name, users=users, user_count=len(users), date_update=now)
        self.save_usergroup(group)
        return group

    def save_usergroup(self, group: JsonObject) -> None:
        """Keep a new or changed group."""
        before = self._group_members.get(group["id"])
        self._group_members[group["id"]] = list(group["users"])
        self.usergroups[group["id"]] = group
        self.journal.put("usergroup", group["id"], group)
        self.changes.publish("usergroup", usergroup=group)
        self.happenings.note("usergroup", group=group, before=before)

    def save_user(self, user: JsonObject) -> None:
        """Keep a new or changed user."""
        kind = "user_change" if user["id"] in self.users else "team_join"
        self.users[user["id"]] = user
        self.journal.put("user", user["id"], user)
        self.changes.publish("user", user=user)
        self.happenings.note(kind, user=user)

    def save_channel(self, channel: Channel) -> None:
        """Keep a new or changed channel."""
        self.journal.put("channel", channel.id, channel.document())
        self.changes.publish("channel", channel=self.channel_state(channel))

    def save_file(self, file: JsonObject) -> None:
        """Keep a new or changed file."""
        self.files[file["id"]] = file
        self.journal.put("file", file["id"], file)
        self.changes.publish("file", file=file)

    def remember_blocks(self, channel_id: str, message: JsonObject) -> None:
        """Keep what the message shows now, before an edit replaces it."""
        blocks = elements.blocks_of(message)
        if not blocks:
            return
        shown = self.earlier_blocks.setdefault((channel_id, message["ts"]), [])
        shown.append(blocks)
        del shown[:-EARLIER_KEPT]
        while len(self.earlier_blocks) > EARLIER_MESSAGES:
            del self.earlier_blocks[next(iter(self.earlier_blocks))]

    def next_ts(self) -> str:
        """A new message timestamp; that it was given is kept, so that it is never given again."""
        ts = self.timestamps.next()
        self.journal.put("counter", "timestamp", {"last": self.timestamps.last})
        return ts

    def channel_state(self, channel: Channel) -> JsonObject:
        """A channel as the control API shows it."""
        shown = channel.to_slack(self.bot_user_id)
        return {**shown, "name": channel.name, "members": channel.members, "topic": channel.topic}

    # Beginning

    def _app_ids(self, manifest: Manifest) -> JsonObject:
        """The app's ids: made from its first name, and kept when the manifest renames it."""
        prefixes = {"app": "A0", "bot": "B0", "user": "U0"}
        made = {kind: named_id(prefix, manifest.display_name) for kind, prefix in prefixes.items()}
        ids = dict(self.journal.all("app")).get("ids", made)
        self.journal.put("app", "ids", ids)
        return ids

    def _load(self) -> None:
        self.users = dict(self.journal.all("user"))
        self.usergroups = dict(self.journal.all("usergroup"))
        self._group_members = {key: list(group["users"]) for key, group in self.usergroups.items()}
        self.files = dict(self.journal.all("file"))
        self.channels = {key: Channel(**document) for key, document in self.journal.all("channel")}
        for key, message in self.journal.all("message"):
            channel_id, _ = key.split(" ")
            if "files" in message:
                message["files"] = [self.files[file["id"]] for file in message["files"]]
            self.channels[channel_id].add(message)
        for _, counter in self.journal.all("counter"):
            self.timestamps = Timestamps(self.clock, counter["last"])

    def _seed(self, manifest: Manifest) -> None:
        first_start = not self.users
        now = int(self.clock.now())
        self.save_user(slackbot())
        self.save_user(bot_user(self.bot_user_id, self.bot_id, self.app_id, manifest.display_name, now))
        if not first_start:
            return
        everybody = [self.add_person(name, real_name)["id"] for name, real_name in SEEDS.items()]
        self.add_channel("deployments", [*everybody, self.bot_user_id])
