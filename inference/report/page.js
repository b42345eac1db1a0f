// Sorts and filters the table of all photos. Without this script it is simply long.
const table = document.querySelector(".all-photos");
const find = document.querySelector("#find");
const shown = document.querySelector("#shown");

function showMatching() {
  const outcome = document.querySelector("input[name=outcome]:checked").value;
  const wanted = find.value.trim().toUpperCase();
  const rows = [...table.tBodies[0].rows];
  for (const row of rows) {
    const isOfOutcome = !outcome || row.dataset.outcome === outcome;
    row.hidden = !isOfOutcome || !row.textContent.toUpperCase().includes(wanted);
  }
  shown.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
}

function compareCells(one, other) {
  const numbers = [Number.parseFloat(one), Number.parseFloat(other)];
  return numbers.some(Number.isNaN) ? one.localeCompare(other) : numbers[0] - numbers[1];
}

function sortBy(head) {
  const rises = head.ariaSort !== "ascending";
  for (const other of head.parentElement.cells) other.ariaSort = null;
  head.ariaSort = rises ? "ascending" : "descending";
  const isNumber = head.classList.contains("number");
  const read = (row) => row.cells[head.cellIndex].textContent;
  const compare = (a, b) => (isNumber ? compareCells(read(a), read(b)) : read(a).localeCompare(read(b)));
  const rows = [...table.tBodies[0].rows].sort((a, b) => (rises ? compare(a, b) : compare(b, a)));
  table.tBodies[0].append(...rows);
}

if (table) {
  for (const button of table.querySelectorAll(".sort")) {
    button.addEventListener("click", () => sortBy(button.closest("th")));
  }
  for (const choice of document.querySelectorAll("input[name=outcome]")) {
    choice.addEventListener("change", showMatching);
  }
  find.addEventListener("input", showMatching);
  showMatching();
}
