/** The smallest changes to the page: each writes only where something is different. */

const SVG = "http://www.w3.org/2000/svg";

/** One element of the page by its data attribute: `part(root, "save")` is `[data-save]`. */
export function part(root, name) {
  const element = root.querySelector(`[data-${name}]`);
  if (!element) throw new Error(`The page has no [data-${name}].`);
  return element;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets an attribute, or takes it away where the value is null or false. */
export function setAttribute(element, name, value) {
  if (value === null || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}

export function setHidden(element, isHidden) {
  if (element.hidden !== isHidden) element.hidden = isHidden;
}

/** An HTML element with a class and a text. */
export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export const makeSvg = (tag) => document.createElementNS(SVG, tag);

/** Gives a parent exactly `count` children of a kind, keeping those that are there. */
export function keepChildren(parent, count, create) {
  while (parent.children.length > count) parent.lastElementChild.remove();
  while (parent.children.length < count) parent.append(create(parent.children.length));
  return [...parent.children];
}

export const pointsOf = (quad) => quad.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");

/**
 * Puts a photo into an image element. The one before is hidden at once: it must not be seen under other boxes.
 * `data-state` is "loading", "ready" or "failed".
 */
export function setPhoto(image, url) {
  if (image.getAttribute("src") === url) return;
  image.dataset.state = "loading";
  image.setAttribute("src", url);
  const settle = (state) => {
    if (image.getAttribute("src") === url) image.dataset.state = state;
  };
  image.decode().then(() => settle("ready"), () => settle("failed"));
}
