// Uploads dropped or chosen files one request each, a few at a time. What was stored is counted and comes into the page's
// list of photos; a file whose answer somebody has to read gets a line of its own. So nothing below moves as they arrive.

import { buildIcon, readCookie } from "./shared/dom.js";

const PARALLEL = 3;
/** Between two looks at what has arrived: the photos in the list move on with each, under the pointer. */
const LOOK_EVERY = 3000;

const section = document.getElementById("upload");
const dropzone = document.getElementById("dropzone");
const picker = document.getElementById("files");
const report = document.getElementById("upload-report");
const list = document.getElementById("upload-list");
const total = document.getElementById("upload-total");
const summary = document.getElementById("upload-summary");
const clear = document.getElementById("upload-clear");

/** @typedef {{file: File, row: HTMLLIElement, bar: HTMLProgressElement, share: number, over: boolean, isPlain: boolean}} Upload */

/** @type {Upload[]} */
let uploads = [];
/** @type {Upload[]} */
let waiting = [];
let running = 0;
let stored = 0;
let refused = 0;
let known = 0;
/** @type {number | null} */
let looking = null;

/** @param {Iterable<File>} files */
function addFiles(files) {
  const added = [...files].map(buildUpload);
  if (!added.length) {
    return;
  }
  report.hidden = false;
  clear.hidden = true;
  uploads.push(...added);
  list.append(...added.map((upload) => upload.row));
  waiting.push(...added);
  startWaiting();
  showTotals();
}

/** @param {File} file @returns {Upload} */
function buildUpload(file) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  const bar = document.createElement("progress");
  name.className = "name";
  name.textContent = name.title = file.name;
  bar.className = "meter";
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  row.append(buildIcon("upload"), name, bar);
  row.hidden = true;
  return { file, row, bar, share: 0, over: false, isPlain: false };
}

function startWaiting() {
  while (running < PARALLEL && waiting.length) {
    send(waiting.shift());
  }
}

/** @param {Upload} upload */
function send(upload) {
  const isArchive = upload.file.name.toLowerCase().endsWith(".zip");
  const limit = Number(isArchive ? section.dataset.archiveMegabytes : section.dataset.megabytes);
  if (upload.file.size > limit * 1024 * 1024) {
    refuse(upload, `Larger than ${limit} MB. Make it smaller, or split the ZIP.`);
    return;
  }
  running += 1;
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("file", upload.file);
  request.open("POST", section.dataset.url);
  request.setRequestHeader("X-CSRFToken", readCookie("csrftoken"));
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) {
      upload.share = upload.bar.value = event.loaded / event.total;
      showTotals();
    }
  });
  request.addEventListener("loadend", () => {
    running -= 1;
    showAnswer(upload, request);
    startWaiting();
    showTotals();
  });
  request.send(form);
}

/** @param {Upload} upload @param {XMLHttpRequest} request */
function showAnswer(upload, request) {
  const answer = request.response;
  if (request.status === 0) {
    offerRetry(upload, "The connection was lost.");
  } else if (request.status < 300) {
    showStored(upload, answer.created, answer.refused);
    lookSoon();
  } else if (answer?.error === "duplicate_photo") {
    known += 1;
    finish(upload, "done", "In the project already", answer.fields.photo);
  } else if (answer?.message) {
    refuse(upload, answer.message, answer.fields?.photo);
  } else {
    offerRetry(upload, `The server answered ${request.status}.`);
  }
}

/** @param {Upload} upload @param {{id: string}[]} photos @param {{name: string, message: string}[]} refusals */
function showStored(upload, photos, refusals) {
  stored += photos.length;
  refused += refusals.length;
  upload.isPlain = !refusals.length;
  if (photos.length === 1 && !refusals.length) {
    finish(upload, "done", "Stored", photos[0].id);
    return;
  }
  const told = refusals.length ? `, ${refusals.length} refused` : "";
  finish(upload, refusals.length ? "refused" : "done", `${photos.length} photos stored${told}`);
  for (const refusal of refusals) {
    upload.row.after(buildRefusal(refusal));
  }
}

/** @param {{name: string, message: string}} refusal */
function buildRefusal(refusal) {
  const row = document.createElement("li");
  row.append(buildIcon("alert"), buildText("name", refusal.name), buildText("refused", refusal.message));
  return row;
}

/** @param {Upload} upload @param {string} text @param {string} [photo] */
function refuse(upload, text, photo) {
  refused += 1;
  finish(upload, "refused", text, photo);
}

/** @param {Upload} upload @param {"done" | "refused"} outcome @param {string} text @param {string} [photo] */
function finish(upload, outcome, text, photo) {
  upload.over = true;
  upload.row.hidden = upload.isPlain;
  upload.share = 1;
  const answer = buildText(outcome, text);
  if (photo) {
    const link = document.createElement("a");
    link.href = `${section.dataset.photoUrl}${photo}/`;
    link.textContent = "See the photo";
    answer.append(" · ", link);
  }
  upload.row.replaceChildren(
    buildIcon(outcome === "done" ? "check" : "alert"), upload.row.querySelector(".name"), answer,
  );
  showTotals();
}

/** @param {Upload} upload @param {string} text */
function offerRetry(upload, text) {
  const answer = buildText("refused", `${text} `);
  const again = document.createElement("button");
  again.type = "button";
  again.className = "button small";
  again.textContent = "Try again";
  again.addEventListener("click", () => {
    upload.row.replaceChildren(buildIcon("upload"), upload.row.querySelector(".name"), upload.bar);
    upload.share = upload.bar.value = 0;
    upload.over = false;
    waiting.push(upload);
    startWaiting();
  });
  upload.over = true;
  upload.row.hidden = false;
  answer.append(again);
  upload.row.replaceChildren(buildIcon("alert"), upload.row.querySelector(".name"), answer);
}

/** @param {string} kind @param {string} text */
function buildText(kind, text) {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  return span;
}

function showTotals() {
  const over = uploads.filter((upload) => upload.over).length;
  const told = (known ? `, ${known} there already` : "") + (refused ? `, ${refused} refused` : "");
  total.value = uploads.reduce((sum, upload) => sum + upload.share, 0) / Math.max(1, uploads.length);
  summary.textContent =
    over === uploads.length
      ? `Done: ${stored} ${stored === 1 ? "photo" : "photos"} stored${told}`
      : `${over} of ${uploads.length} files sent${told}`;
  clear.hidden = over !== uploads.length;
  if (over === uploads.length && looking !== null) {
    look();
  }
}

/** Lets the list of photos look for what is new: once in a while, and at the end. */
function lookSoon() {
  looking ??= setTimeout(look, LOOK_EVERY);
}

function look() {
  clearTimeout(looking);
  looking = null;
  document.body.dispatchEvent(new CustomEvent("photos-changed"));
}

function clearList() {
  uploads = [];
  waiting = [];
  stored = refused = known = 0;
  list.replaceChildren();
  report.hidden = true;
}

/** Folders cannot be read as files; everything else can. @param {DataTransfer} transfer */
function readDropped(transfer) {
  return [...transfer.items]
    .filter((item) => item.kind === "file" && !item.webkitGetAsEntry?.()?.isDirectory)
    .map((item) => item.getAsFile())
    .filter((file) => file !== null);
}

if (section) {
  picker.addEventListener("change", () => {
    addFiles(picker.files);
    picker.value = "";
  });
  clear.addEventListener("click", clearList);
  // The whole page takes a drop: a near miss must not make the browser open the file.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    dropzone.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) {
      dropzone.classList.remove("over");
    }
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    dropzone.classList.remove("over");
    addFiles(readDropped(event.dataTransfer));
  });
  window.addEventListener("beforeunload", (event) => {
    if (running || waiting.length) {
      event.preventDefault();
    }
  });
}
