// The sheet of spot checks by keyboard: a letter marks a strip, arrows move, Enter sends all of them.

const form = document.getElementById("sheet");
if (form) start(form);

/** @param {HTMLFormElement} form */
function start(form) {
  const marks = [...form.querySelectorAll("[data-letter]")];
  const words = form.querySelector("[data-sheet-words]");

  /** How many columns the sheet has: the strips of the first row stand equally high. */
  function countColumns() {
    const top = marks[0].closest("li").offsetTop;
    const below = marks.findIndex((mark) => mark.closest("li").offsetTop > top);
    return below < 0 ? marks.length : below;
  }

  function move(step) {
    const at = marks.indexOf(document.activeElement);
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), marks.length - 1);
    marks[next].focus();
  }

  function toggle(mark) {
    mark.focus();
    mark.click();
  }

  function tell() {
    const wrong = marks.filter((mark) => mark.checked).length;
    const right = marks.length - wrong;
    const parts = [`${right} right`, `${wrong} wrong`].filter((_, index) => [right, wrong][index] > 0);
    words.textContent = wrong ? parts.join(", ") : `${right} ${right === 1 ? "reading is" : "readings are"} right`;
  }

  const STEPS = {
    ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -countColumns(), ArrowDown: () => countColumns(),
  };

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isLink = event.target instanceof Element && event.target.closest("a, button");
    const mark = marks.find((each) => each.dataset.letter === event.key.toLowerCase());
    if (mark) toggle(mark);
    else if (event.key in STEPS) move(STEPS[event.key]());
    else if (event.key === "Enter" && !isLink) form.requestSubmit(form.querySelector("[data-sheet-submit]"));
    else return;
    event.preventDefault();
  }

  document.addEventListener("keydown", onKey);
  form.addEventListener("change", tell);
  // A browser that comes back to the page keeps the marks of before.
  tell();
  marks[0].focus({ preventScroll: true });
}
