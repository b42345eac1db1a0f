/** The mode in which a digit, a button or other words say why a photo is unreadable, skipped or sent back. */

import { listen } from "../listen.js";
import { commentAt } from "../remarks.js";
import { reasonFor } from "../reasons.js";

export function enterReasons(app, name) {
  const { root, work, comments } = app;
  const words = root.querySelector("[data-reason-words]");
  const comment = root.querySelector("[data-reason-comment]");
  const onPhoto = root.querySelector("[data-reason-photo]");
  const finish = { unreadable: work.markUnreadable, skip: work.skip, reject: work.reject }[name];

  function send(reason) {
    if (!reason) return;
    const said = name === "reject" ? readComment(app.store, comment, onPhoto) : null;
    app.enter("typing");
    comments.finish(() => finish(reason, said));
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === comment) leaveComment(event);
    else if (event.target === words) return;
    else if (event.key === "0") {
      event.preventDefault();
      words.focus();
    } else if (name === "reject" && event.key.toLowerCase() === "c") {
      event.preventDefault();
      comment.focus();
    } else if (reasonFor(name, event.key)) {
      event.preventDefault();
      send(reasonFor(name, event.key));
    }
  }

  /** Enter ends the comment, and the digit of the reason sends both. */
  function leaveComment(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    root.querySelector("[data-reason]").focus();
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

/** What the reviewer adds to the reason; null where that is nothing. */
function readComment(store, field, onPhoto) {
  const text = field.value.trim();
  return text ? { text, index: onPhoto.checked ? null : commentAt(store.state) } : null;
}
