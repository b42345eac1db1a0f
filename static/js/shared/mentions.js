/** Offers members' names while somebody types `@` and the beginning of one. */

const MOST = 6;
const OPEN = /(^|[^\w.@+-])@([\w.@+-]*)$/;
let created = 0;

/**
 * The name that is being typed where the caret is.
 * @returns {{start: number, typed: string}|null} `start` is the index after the `@`
 */
export function findOpenMention(text, caret) {
  const found = OPEN.exec(text.slice(0, caret));
  return found && { start: caret - found[2].length, typed: found[2] };
}

/** The names that begin like this, whatever the case. */
export function suggestNames(names, typed) {
  const wanted = typed.toLowerCase();
  return names.filter((name) => name.toLowerCase().startsWith(wanted) && name.toLowerCase() !== wanted).slice(0, MOST);
}

/**
 * @param {HTMLTextAreaElement} field
 * @param {string[]} names
 * @returns {() => void} stops offering
 */
export function bindMentions(field, names) {
  const list = document.createElement("ul");
  created += 1;
  Object.assign(list, { id: `mention-names-${created}`, className: "mention-names", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Members");
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let chosen = 0;
  let open = null;

  function show() {
    open = findOpenMention(field.value, field.selectionStart);
    const offered = open ? suggestNames(names, open.typed) : [];
    chosen = 0;
    list.hidden = offered.length === 0;
    list.replaceChildren(...offered.map((name, index) => {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.id = `${list.id}-${index}`;
      item.textContent = `@${name}`;
      return item;
    }));
    mark();
    if (!list.hidden) list.scrollIntoView({ block: "nearest" });
  }

  function mark() {
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
    if (list.hidden) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[chosen].id);
  }

  function take(index) {
    const name = list.children[index].textContent.slice(1);
    field.setRangeText(`${name} `, open.start, field.selectionStart, "end");
    hide();
  }

  function hide() {
    list.hidden = true;
    mark();
  }

  const KEYS = {
    ArrowDown: () => { chosen = (chosen + 1) % list.children.length; mark(); },
    ArrowUp: () => { chosen = (chosen + list.children.length - 1) % list.children.length; mark(); },
    Enter: () => take(chosen),
    Tab: () => take(chosen),
    Escape: hide,
  };

  function onKey(event) {
    if (list.hidden || event.isComposing || event.shiftKey || !(event.key in KEYS)) return;
    event.preventDefault();
    event.stopPropagation();
    KEYS[event.key]();
  }

  /** Before the field loses the focus. */
  function onPress(event) {
    const index = [...list.children].indexOf(event.target.closest("li"));
    if (index < 0) return;
    event.preventDefault();
    take(index);
  }

  const bindings = [
    [field, "input", show], [field, "keydown", onKey], [field, "blur", hide], [list, "pointerdown", onPress],
  ];
  bindings.forEach(([target, type, handler]) => target.addEventListener(type, handler));
  return () => {
    bindings.forEach(([target, type, handler]) => target.removeEventListener(type, handler));
    list.remove();
  };
}
