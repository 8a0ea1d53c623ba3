// Elements of the page.

/** The element of an id. @returns {any} */
export const by = (id) => document.getElementById(id);

/** A new element: its name, what it has, what is in it. Texts stay texts. */
export function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Another text for an element; where it is the same, nothing is laid out, and no screen reader says it again. */
export function become(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Have something done once before the next picture, however often it is asked for. */
export function oncePerFrame(action) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      action();
    });
  };
}
