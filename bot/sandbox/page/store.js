// What the page knows of the workspace: the state as it was fetched, kept current by the stream. It draws nothing.

class Store extends EventTarget {
  constructor() {
    super();
    this.clear();
  }

  clear() {
    this.seq = 0;
    this.team = {};
    this.app = {};
    this.users = new Map();
    this.channels = new Map();
    this.usergroups = new Map();
    this.commands = [];
    this.shortcuts = [];
    this.modals = {};
    this.homes = {};
    this.reads = {};
    this.follows = {};
    this.notifications = [];
    this.calls = [];
    this.deliveries = [];
    this.byChannel = new Map();
    this.sorted = new Map();
  }

  /** Take a fetched state in place of everything known. */
  load(state) {
    this.clear();
    this.seq = state.seq ?? 0;
    this.team = state.team ?? {};
    this.app = state.app ?? {};
    this.commands = state.commands ?? [];
    for (const name of ["shortcuts", "modals", "homes", "reads", "follows", "notifications"]) this[name] = state[name] ?? this[name];
    for (const group of state.usergroups ?? []) this.usergroups.set(group.id, group);
    this.calls = state.calls ?? [];
    this.deliveries = state.deliveries ?? [];
    for (const user of state.users ?? []) this.users.set(user.id, user);
    for (const channel of state.channels ?? []) this.channels.set(channel.id, channel);
    for (const message of state.messages ?? []) this.put(message);
    this.emit("loaded", {});
  }

  /** Take one change of the stream. */
  apply(change) {
    this.seq = Math.max(this.seq, change.seq ?? 0);
    const take = this[`take_${change.kind}`];
    if (take) take.call(this, change);
  }

  take_message({ message }) {
    this.put(message);
    this.emit("message", { message, isNew: true });
  }

  take_message_changed({ message }) {
    this.put(message);
    this.emit("message", { message, isNew: false });
  }

  take_ephemeral(change) {
    this.take_message(change);
  }

  take_ephemeral_changed(change) {
    this.take_message_changed(change);
  }

  take_message_deleted({ message }) {
    this.drop(message.channel, message.ts);
  }

  take_modal({ user, views }) {
    this.modals[user] = views ?? [];
    this.emit("modal", { user });
  }

  take_modal_closed(change) {
    this.take_modal(change);
  }

  take_channel({ channel }) {
    this.channels.set(channel.id, channel);
    this.emit("channel", { channel });
  }

  take_user({ user }) {
    this.users.set(user.id, user);
    this.emit("user", { user });
  }

  take_usergroup({ usergroup }) {
    this.usergroups.set(usergroup.id, usergroup);
    this.emit("user", {});
  }

  take_home({ user, view }) {
    this.homes[user] = view;
    this.emit("home", { user });
  }

  take_read({ user, place, ts }) {
    (this.reads[user] ??= {})[place] = ts;
    this.emit("read", { user, place });
  }

  take_follow({ place, users }) {
    this.follows[place] = users;
    this.emit("follow", { place });
  }

  take_notification({ notification }) {
    this.notifications.push(notification);
    if (this.notifications.length > 1000) this.notifications.shift();
    this.emit("notification", { notification });
  }

  take_call({ call }) {
    this.keepLatest(this.calls, call);
  }

  take_delivery({ delivery }) {
    this.keepLatest(this.deliveries, delivery);
  }

  keepLatest(list, entry) {
    if (!entry) return;
    const known = list.findIndex((other) => entry.id !== undefined && other.id === entry.id);
    if (known >= 0) list[known] = entry;
    else list.push(entry);
    if (list.length > 500) list.splice(0, list.length - 500);
    this.emit("exchange", {});
  }

  put(message) {
    const { channel, ts } = message;
    if (!this.byChannel.has(channel)) this.byChannel.set(channel, new Map());
    const messages = this.byChannel.get(channel);
    const list = this.sorted.get(channel);
    if (list) place(list, message, messages.has(ts));
    messages.set(ts, message);
  }

  /** Forget a message: deleted, or a private one that was dismissed on this page. */
  drop(channel, ts) {
    if (this.byChannel.get(channel)?.delete(ts)) this.sorted.delete(channel);
    this.emit("message", { message: { channel, ts }, isNew: false });
  }

  /** One message, if it is known. */
  message(channel, ts) {
    return this.byChannel.get(channel)?.get(ts);
  }

  /** All messages of a channel, oldest first; the list is the store's own and not to be changed. */
  messages(channel) {
    if (!this.sorted.has(channel)) {
      const list = [...(this.byChannel.get(channel)?.values() ?? [])];
      list.sort((left, right) => (left.ts < right.ts ? -1 : 1));
      this.sorted.set(channel, list);
    }
    return this.sorted.get(channel);
  }

  emit(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }

  /** Call `listener` for any of these kinds; returns the way to stop. */
  on(kinds, listener) {
    const handler = (event) => listener(event.detail);
    for (const kind of kinds) this.addEventListener(kind, handler);
    return () => kinds.forEach((kind) => this.removeEventListener(kind, handler));
  }
}

// A new message goes to its place, which is nearly always the end; a changed one takes the place it had.
function place(list, message, isKnown) {
  let index = list.length;
  while (index > 0 && list[index - 1].ts >= message.ts) index -= 1;
  list.splice(index, isKnown ? 1 : 0, message);
}

/** The one store of this page. */
export const store = new Store();
