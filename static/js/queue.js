// Ticks of the queue: all of a page at once, how many there are, and that ticking means the ticked rows.

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
  window.addEventListener("pageshow", show);
  show();
}
