/** Saying something about the photo that is open, or about one of its characters. */

import { focusCell } from "./actions/cells.js";
import { bindMentions } from "../shared/mentions.js";
import { listen } from "./listen.js";
import { commentAt, firstRemarked, placeOf } from "./remarks.js";

/**
 * @param {object} parts
 * @param {(tone: string, text: string) => void} parts.say
 * @param {string[]} parts.members whom a comment can name
 * @param {() => void} parts.focus gives the focus back to the cell
 */
export function createComments({ api, root, store, say, focus, members }) {
  const form = root.querySelector("[data-comment-form]");
  const field = root.querySelector("[data-comment-text]");
  const about = root.querySelector("[data-comment-about]");
  const list = root.querySelector("[data-comments]");
  const unsent = new Map();
  let openedLease = null;
  let openedTask = null;
  let isBusy = false;

  /** The comments as they are now, unless another photo was opened meanwhile. */
  function change(task, apply) {
    const { bundle } = store.screen;
    if (bundle?.task.id === task) store.show({ bundle: { ...bundle, comments: apply(bundle.comments ?? []) } });
  }

  /** One request at a time; what was refused stays where it was typed. */
  async function ask(request, apply) {
    const task = store.screen.bundle?.task.id;
    if (!task || isBusy) return false;
    isBusy = true;
    try {
      const answer = await request(task);
      change(task, (comments) => apply(comments, answer));
      return true;
    } catch (error) {
      if (error.isSignedOut) store.show({ isSignedOut: true });
      else say("error", `The comment was not kept. ${error.message}`);
      return false;
    } finally {
      isBusy = false;
    }
  }

  /** @returns {Promise<boolean>} whether nothing is left to send */
  async function send() {
    const text = field.value.trim();
    if (!text) return true;
    const index = about.value === "character" ? commentAt(store.state) : null;
    const sent = await ask((task) => api.addComment(task, { text, index }), (all, made) => [...all, made]);
    if (!sent) return false;
    field.value = "";
    about.value = "character";
    focus();
    return true;
  }

  /** Does what ends the work on this photo. A comment that is typed and not sent goes first. */
  function finish(action) {
    if (!field.value.trim()) return action();
    return send().then((isSent) => (isSent ? action() : undefined));
  }

  async function save(item, text) {
    const id = Number(item.dataset.comment);
    const replace = (all, edited) => all.map((each) => (each.id === id ? edited : each));
    if (text && await ask(() => api.editComment(id, text), replace)) focus();
  }

  function remove(id) {
    return ask(() => api.deleteComment(id), (all) => all.filter((each) => each.id !== id));
  }

  function onKey(event) {
    if (!event.target.matches("textarea") || event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.target.closest("details")?.removeAttribute("open");
      focus();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (event.target === field) send();
      else save(event.target.closest("[data-comment]"), event.target.value.trim());
    }
  }

  function onClick(event) {
    const item = event.target.closest("[data-comment]");
    if (event.target.closest("[data-comment-place]")) show(Number(event.target.closest("[data-comment-place]").dataset.commentPlace));
    if (item && event.target.closest("[data-comment-delete]")) remove(Number(item.dataset.comment));
    if (item && event.target.closest("[data-comment-save]")) save(item, item.querySelector("textarea").value.trim());
  }

  /** Puts the focus on the character that a comment is about. */
  function show(index) {
    const place = placeOf(store.state, index);
    if (place < 0) return;
    store.act(focusCell, place);
    focus();
  }

  /** A photo that was sent back opens where the reviewer said something. */
  function follow() {
    const { bundle, phase } = store.screen;
    if (phase !== "working" || !store.state || bundle.lease.id === openedLease) return;
    openedLease = bundle.lease.id;
    if (field.value) unsent.set(openedTask, field.value);
    openedTask = bundle.task.id;
    field.value = unsent.get(openedTask) ?? "";
    unsent.delete(openedTask);
    about.value = "character";
    const place = firstRemarked(store.state, bundle);
    if (place >= 0) store.act(focusCell, place);
  }

  const unbindMentions = [field, root.querySelector("[data-reason-comment]")].map((each) => bindMentions(each, members));
  const unsubscribe = store.subscribe(follow);
  const unbind = listen([
    [form, "submit", (event) => { event.preventDefault(); send(); }],
    [form, "keydown", onKey],
    [list, "keydown", onKey],
    [list, "click", onClick],
  ]);

  return {
    finish,
    /** Where the text is typed. */
    start() {
      about.value = commentAt(store.state) === null ? "photo" : "character";
      field.focus();
      field.scrollIntoView({ block: "nearest" });
    },
    stop() {
      unsubscribe();
      unbindMentions.forEach((stop) => stop());
      unbind();
    },
  };
}
