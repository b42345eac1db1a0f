/** The mode in which a digit, a button or other words say why a photo is unreadable, skipped or sent back. */

import { listen } from "../listen.js";
import { reasonFor } from "../reasons.js";

export function enterReasons(app, name) {
  const { root, work } = app;
  const words = root.querySelector("[data-reason-words]");
  const finish = { unreadable: work.markUnreadable, skip: work.skip, reject: work.reject }[name];

  function send(reason) {
    if (!reason) return;
    app.enter("typing");
    finish(reason);
  }

  function onKey(event) {
    if (event.target === words || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "0") {
      event.preventDefault();
      words.focus();
    } else if (reasonFor(name, event.key)) {
      event.preventDefault();
      send(reasonFor(name, event.key));
    }
  }

  function onClick(event) {
    const button = event.target.closest("[data-reason]");
    if (button) send(button.dataset.reason);
  }

  function onSubmit(event) {
    if (!event.target.matches("[data-reason-form]")) return;
    event.preventDefault();
    send(words.value.trim());
  }

  return listen([[document, "keydown", onKey], [root, "click", onClick], [root, "submit", onSubmit]]);
}
