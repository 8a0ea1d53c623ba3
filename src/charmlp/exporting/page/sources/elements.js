// Elements of the page.

/** The element of an id. @returns {any} @param {string} id */
export const by = (id) => document.getElementById(id);

/** What paints on a canvas. @param {HTMLCanvasElement} canvas @returns {CanvasRenderingContext2D} */
export const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/**
 * A new element: its name, what it has, what is in it. Texts stay texts.
 *
 * @param {string} name @param {Record<string, any>} [properties] @param {...(string | Node)} children
 * @returns {any}
 */
export function make(name, properties = {}, ...children) {
  /** @type {any} */
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/**
 * Another text for an element; where it is the same, nothing is laid out, and no screen reader says it again.
 *
 * @param {Element} element @param {string} text
 */
export function become(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Have something done once before the next picture, however often it is asked for. @param {() => void} action */
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
