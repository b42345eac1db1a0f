/** The comments: beside the photo, under the character that has the focus, and as a mark on its cell. */

import { commentAt, describePlace, remarksAt } from "../remarks.js";
import { make, part, setAttribute, setHidden, setText } from "./dom.js";

export function createCommentList(root) {
  const list = part(root, "comments");
  const callout = part(root, "cell-comments");
  const bands = part(root, "bands");
  const place = part(root, "comment-about").options[0];
  const banner = part(root, "photo-remark");
  const bannerText = part(root, "photo-remark-text");
  const news = part(root, "guidelines-news");
  let shown = "";

  return function render({ state, screen }) {
    const { comments = [], guidelines } = screen.bundle;
    const key = JSON.stringify(comments);
    if (key !== shown) list.replaceChildren(...comments.map(makeItem));
    shown = key;
    setHidden(list, comments.length === 0);
    markCells(bands, state, comments);
    renderCallout(callout, remarksAt(state, comments, state.focus));
    renderBanner(banner, bannerText, comments);
    setText(place, capitalize(describePlace(state, commentAt(state))));
    setHidden(news, !guidelines?.is_news);
  };
}

const capitalize = (text) => text[0].toUpperCase() + text.slice(1);

/** A dot with the number of comments on each cell that has some; a screen reader hears them with the cell. */
function markCells(bands, state, comments) {
  bands.querySelectorAll(".vin-cell").forEach((cell, index) => {
    const count = remarksAt(state, comments, index).length;
    setAttribute(cell, "data-comments", count || null);
    setAttribute(cell.querySelector("input"), "aria-describedby", count && index === state.focus ? "cell-comments" : null);
  });
}

/** What somebody else said last about the photo as a whole. */
function renderBanner(banner, text, comments) {
  const remark = comments.filter(({ index, is_mine }) => index === null && !is_mine).at(-1);
  setHidden(banner, !remark);
  setText(text, remark ? `${remark.author}: ${remark.text}` : "");
}

function renderCallout(callout, remarks) {
  const key = JSON.stringify(remarks.map(({ id, text }) => [id, text]));
  setHidden(callout, remarks.length === 0);
  if (callout.dataset.shown === key) return;
  callout.dataset.shown = key;
  callout.replaceChildren(...remarks.map((remark) => {
    const line = make("p", "cell-comment");
    line.append(make("strong", "", `${remark.author}: `), ...makeText(remark));
    return line;
  }));
}

function makeItem(remark) {
  const item = make("li");
  item.dataset.comment = remark.id;
  const head = make("div", "comment-head");
  head.append(make("strong", "", remark.author));
  if (remark.index !== null) head.append(makePlace(remark.index));
  if (remark.edited_at) head.append(make("span", "faint", "edited"));
  const text = make("p", "comment-text");
  text.append(...makeText(remark));
  item.append(head, text);
  if (remark.is_mine) item.append(makeOwn(remark));
  return item;
}

function makePlace(index) {
  const button = make("button", "badge info comment-place", `character ${index + 1}`);
  button.type = "button";
  button.dataset.commentPlace = index;
  return button;
}

/** User's text stays text: nothing in it becomes markup. */
const makeText = ({ pieces }) => pieces.map(({ text, name }) => make(name ? "b" : "span", name ? "mention" : "", text));

function makeOwn(remark) {
  const own = make("div", "comment-own");
  const editing = make("details", "disclosure");
  const field = make("textarea");
  Object.assign(field, { value: remark.text, maxLength: 1000 });
  field.setAttribute("aria-label", "The comment");
  editing.append(make("summary", "", "Edit"), field, makeButton("Save", "commentSave"));
  own.append(editing, makeButton("Delete", "commentDelete"));
  return own;
}

function makeButton(words, name) {
  const button = make("button", "button small quiet", words);
  button.type = "button";
  button.dataset[name] = "";
  return button;
}

