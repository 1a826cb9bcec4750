// Calls to the control API. Every call says as whom; nothing here knows what is on the screen.

import { me } from "./identity.js";

/** What went wrong, in words a person can use; unknown errors keep their name. */
export const REASONS = {
  operation_timeout: "The app did not answer within 3 seconds.",
  no_app_connected: "The app is not connected.",
  dispatch_failed: "The app is not connected.",
  not_in_channel: "You are not in this channel.",
  unknown_message: "This message is gone.",
  unknown_view: "This dialog is gone.",
  unknown_action: "This control is gone.",
  unknown_channel: "This channel is gone.",
  unknown_user: "This person is not in the workspace.",
  unreachable: "The sandbox does not answer. Is it still running?",
};

/** The words for an error name. */
export function reason(error) {
  return REASONS[error] ?? `This did not work: ${error}.`;
}

async function answered(response) {
  try {
    return await response.json();
  } catch {
    return { ok: false, error: `http_${response.status}` };
  }
}

/** One POST below /sandbox/ as the person at the screen; always an object with `ok`, never an exception. */
export async function post(path, body) {
  try {
    const response = await fetch(`/sandbox/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user: me(), ...body }),
    });
    return await answered(response);
  } catch {
    return { ok: false, error: "unreachable" };
  }
}

/** The whole state of the workspace; raises when the sandbox does not answer. */
export async function fetchState() {
  const response = await fetch("/sandbox/state", { cache: "no-store" });
  if (!response.ok) throw new Error(`The sandbox answered with HTTP ${response.status}.`);
  return response.json();
}
