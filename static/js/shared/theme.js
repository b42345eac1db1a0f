// Sets the chosen theme before the first paint, so a plain script in the head and no module.
(() => {
  const KEY = "vinloop-theme";
  const root = document.documentElement;

  /** @returns {"system" | "light" | "dark"} */
  function readChoice() {
    try {
      const choice = localStorage.getItem(KEY);
      return choice === "light" || choice === "dark" ? choice : "system";
    } catch {
      return "system"; // storage is refused in some private windows
    }
  }

  /** @param {string} choice */
  function show(choice) {
    if (choice === "system") {
      delete root.dataset.theme;
    } else {
      root.dataset.theme = choice;
    }
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
    }
  }

  /** @param {string} choice */
  function keep(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // The theme still changes for this page.
    }
  }

  show(readChoice());
  document.addEventListener("DOMContentLoaded", () => show(readChoice()));
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-theme-choice]");
    if (button) {
      keep(button.dataset.themeChoice);
      show(button.dataset.themeChoice);
    }
  });
})();
