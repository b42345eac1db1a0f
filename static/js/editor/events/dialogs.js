/** The dialogs' own buttons, and logging in without leaving the page. */

import { listen } from "../listen.js";

export function bindDialogs(app) {
  const { root, store, work } = app;
  const form = root.querySelector("[data-login-form]");

  /** Esc closes what can be closed; the work goes on only after the others were answered. */
  function onCancel(event) {
    event.preventDefault();
    if (!store.screen.lost && !store.screen.isSignedOut) app.enter("typing");
  }

  function onClick(event) {
    if (event.target.closest("[data-close]")) app.enter("typing");
    if (event.target.closest("[data-resume]")) work.resume();
  }

  const dialogs = [...root.querySelectorAll("dialog")];
  return listen([
    [root, "click", onClick],
    [form, "submit", (event) => logIn(event, app)],
    ...dialogs.map((dialog) => [dialog, "cancel", onCancel]),
  ]);
}

async function logIn(event, { root, settings, work }) {
  event.preventDefault();
  const form = event.target;
  const error = root.querySelector("[data-login-error]");
  error.textContent = "";
  const problem = await sendLogin(settings.login, new FormData(form));
  form.elements.password.value = "";
  error.textContent = problem;
  if (!problem) await work.resume();
}

/** @returns {Promise<string>} what went wrong; empty where the person is logged in */
async function sendLogin(address, fields) {
  try {
    // The login page hands out the token that its form needs; the one of this page ended with the session.
    const page = await (await fetch(address, { credentials: "same-origin" })).text();
    const token = new DOMParser().parseFromString(page, "text/html").querySelector("[name=csrfmiddlewaretoken]");
    fields.set("csrfmiddlewaretoken", token?.value ?? "");
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin" });
    await answer.text(); // read to its end, so that the connection is free again
    const isIn = answer.ok && answer.redirected && new URL(answer.url).pathname !== new URL(address, answer.url).pathname;
    return isIn ? "" : "This name and password do not match.";
  } catch {
    return "The server cannot be reached. Try again in a moment.";
  }
}
