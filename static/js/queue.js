// Ticks of the queue: all of a page at once, how many there are, and that ticking means the ticked rows.
// What is missing is asked for here, before the page goes and the ticks with it.

const form = document.getElementById("queue-form");
const all = document.getElementById("tick-all");

if (form instanceof HTMLFormElement && all instanceof HTMLInputElement) {
  /** @returns {HTMLInputElement[]} */
  const ticks = () => [...form.querySelectorAll("input[name=task]")];

  const show = () => {
    const ticked = ticks().filter((tick) => tick.checked).length;
    form.querySelector("[data-ticked]").textContent = ticked ? `${ticked} ticked` : "Ticked rows";
    all.checked = ticked > 0 && ticked === ticks().length;
    all.indeterminate = ticked > 0 && !all.checked;
  };

  form.addEventListener("change", (event) => {
    if (event.target === all) {
      ticks().forEach((tick) => (tick.checked = all.checked));
    }
    if (event.target === all || event.target.name === "task") {
      form.querySelector("input[name=scope][value=ticked]").checked = true;
    }
    show();
  });

  /** @param {HTMLSelectElement | HTMLInputElement} control */
  const ask = (control, question) => {
    control.setCustomValidity(question);
    control.reportValidity();
    form.addEventListener("change", () => control.setCustomValidity(""), { once: true });
  };

  form.addEventListener("submit", (event) => {
    const kind = event.submitter?.getAttribute("name") === "kind" && event.submitter.value;
    const means = form.querySelector("input[name=scope]:checked").value;
    const person = form.querySelector("select[name=assignee]");
    if (kind && means === "ticked" && !ticks().some((tick) => tick.checked)) {
      event.preventDefault();
      ask(all, "Tick the rows that you mean, or choose all that match.");
    } else if (kind === "assign" && !person.value) {
      event.preventDefault();
      ask(person, "Choose whom to assign the tasks to.");
    }
  });

  window.addEventListener("pageshow", show);
  show();
}
