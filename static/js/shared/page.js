// What every page has: buttons that show that they work, one submit a form, links that copy.

/** Marks the pressed button as busy and refuses a second submit of the same form. */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) {
    return;
  }
  if (form.dataset.submitted) {
    event.preventDefault();
    return;
  }
  form.dataset.submitted = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

/** A page that comes back from the browser's memory may be submitted again. */
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) {
    return;
  }
  for (const form of document.querySelectorAll("form[data-submitted]")) {
    delete form.dataset.submitted;
  }
  for (const button of document.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
  }
});

/**
 * Forms whose choices take effect at once: a filter or a role in a list. By keyboard each arrow is a choice, on the
 * way to the one that is meant (WCAG 3.2.2): there it waits for Enter, and the button beside it appears.
 */
let isByKey = false;
document.addEventListener("pointerdown", () => (isByKey = false), true);
document.addEventListener("keydown", () => (isByKey = true), true);

document.addEventListener("change", (event) => {
  const control = event.target;
  if (!(control instanceof HTMLElement) || control.dataset.submitOnChange === undefined) {
    return;
  }
  if (isByKey) {
    control.dataset.waits = "";
  } else {
    control.closest("form")?.requestSubmit();
  }
});

document.addEventListener("keydown", (event) => {
  const control = event.target;
  if (event.key === "Enter" && control instanceof HTMLElement && control.dataset.waits !== undefined) {
    event.preventDefault();
    control.closest("form")?.requestSubmit();
  }
});

document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-go-back]")) {
    history.back();
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-copy]");
  if (!button) {
    return;
  }
  const source = document.getElementById(button.dataset.copy);
  if (!(source instanceof HTMLInputElement)) {
    return;
  }
  source.select();
  try {
    await navigator.clipboard.writeText(source.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C"; // no clipboard outside HTTPS: the text is selected already
  }
});

/** Parts that refresh themselves say so while the server does not answer; htmx asks again by itself. */
document.addEventListener("htmx:sendError", () => {
  if (document.getElementById("lost-connection")) {
    return;
  }
  const message = document.createElement("div");
  message.id = "lost-connection";
  message.className = "message warning";
  message.textContent = "The server does not answer. This page tries again by itself.";
  document.getElementById("messages")?.append(message);
});
document.addEventListener("htmx:afterOnLoad", () => document.getElementById("lost-connection")?.remove());

/** One-key shortcuts: the letter on a link or button with data-key presses it, outside of text fields. */
document.addEventListener("keydown", (event) => {
  const target = event.target;
  const typing = target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
    return;
  }
  const wanted = [...document.querySelectorAll("[data-key]")].find(
    (element) => element.dataset.key === event.key.toLowerCase(),
  );
  if (wanted instanceof HTMLElement) {
    event.preventDefault();
    wanted.click();
  }
});
