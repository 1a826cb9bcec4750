// The app of the story, on Slack's own Bolt for Node; the twin of ../story_app.py.
import bolt from "@slack/bolt";

const { App, LogLevel } = bolt;
const plain = (text) => ({ type: "plain_text", text });

function card(words, isOpen) {
  const section = { type: "section", text: { type: "mrkdwn", text: words } };
  const button = { type: "button", action_id: "proceed", text: plain("Proceed…"), value: "17", style: "primary" };
  return isOpen ? [section, { type: "actions", elements: [button] }] : [section];
}

function form(channel, ts) {
  const note = { type: "plain_text_input", action_id: "note" };
  const place = { type: "external_select", action_id: "place", min_query_length: 0 };
  return {
    type: "modal",
    callback_id: "decision",
    private_metadata: `${channel} ${ts}`,
    title: plain("Proceed"),
    submit: plain("Proceed"),
    blocks: [
      { type: "input", block_id: "note", label: plain("Note"), element: note },
      { type: "input", block_id: "place", label: plain("Place"), element: place },
    ],
  };
}

// With a port Slack calls it over HTTP, else it connects by Socket Mode.
const port = process.env.PORT;
const transport = port
  ? { signingSecret: process.env.SLACK_SIGNING_SECRET }
  : { appToken: process.env.SLACK_APP_TOKEN, socketMode: true };

const app = new App({
  ...transport,
  token: process.env.SLACK_BOT_TOKEN,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
  logLevel: LogLevel.ERROR,
});

app.command("/deploy", async ({ ack, body, client }) => {
  await ack({ text: "On its way." });
  const words = `*web* 1.4.0, asked for by <@${body.user_id}>: ${body.text}`;
  await client.chat.postMessage({ channel: body.channel_id, text: "web 1.4.0", blocks: card(words, true) });
});

app.action("proceed", async ({ ack, body, client }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form(body.channel.id, body.message.ts) });
});

app.options("place", async ({ ack, options }) => {
  const names = ["staging", "production"].filter((name) => name.includes(options.value));
  const titled = (name) => name[0].toUpperCase() + name.slice(1);
  await ack({ options: names.map((name) => ({ text: plain(titled(name)), value: name })) });
});

app.view("decision", async ({ ack, body, view, client }) => {
  const note = view.state.values.note.note.value;
  const place = view.state.values.place.place.selected_option.value;
  if (note === "no") {
    await ack({ response_action: "errors", errors: { note: "Say why." } });
    return;
  }
  await ack();
  const [channel, ts] = view.private_metadata.split(" ");
  const words = `<@${body.user.id}> proceeded to ${place}: ${note}`;
  await client.chat.update({ channel, ts, text: "proceeded", blocks: card(words, false) });
  await client.filesUploadV2({
    channel_id: channel,
    thread_ts: ts,
    filename: "build.log",
    content: "built\n",
    initial_comment: "The log.",
  });
});

app.event("app_mention", async ({ event, client }) => {
  await client.chat.postMessage({ channel: event.channel, thread_ts: event.ts, text: `Heard <@${event.user}>.` });
});

app.shortcut("deploy_message", async ({ ack, body, client }) => {
  await ack();
  const where = { channel: body.channel.id, thread_ts: body.message.ts };
  await client.chat.postEphemeral({ ...where, user: body.user.id, text: `Chosen for: ${body.message.text}` });
});

app.event("app_home_opened", async ({ event, client }) => {
  const block = { type: "section", text: { type: "mrkdwn", text: `Nothing runs, <@${event.user}>.` } };
  await client.views.publish({ user_id: event.user, view: { type: "home", blocks: [block] } });
});

await app.start(port);
