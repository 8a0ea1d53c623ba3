// What formulas are written with: lines, notes, and sums whose terms lead to where they come from.

import { make } from "./elements.js";
import { nameOf, shortName } from "./naming.js";
import { address, say, shown } from "./words.js";

/**
 * What formulas are written of.
 *
 * @typedef {import("./naming.js").Node} Node
 * @typedef {{model: import("./weights.js").Model, inside: any, changes: import("./changes.js").Changes,
 *   choose: (node: Node | null) => void}} World
 */

/** @param {string} text */
export const note = (text) => make("p", { className: "soft" }, text);

/** @param {string} text */
export const formula = (text) => make("p", { className: "formula" }, text);

/** A sentence that derives the formula, and where all of the derivation is. @param {string} why @param {string} page */
export const derivation = (why, page) => make("p", { className: "soft" }, why, " ", say("derived"), " ", make("code", {}, address(page)));

/** A button that leads to a node. @param {World} world @param {Node} node @param {string} text */
export function leadTo({ model, choose }, node, text) {
  const button = make("button", { type: "button", className: "term", title: nameOf(model, node) }, text, " ", make("small", {}, shortName(model, node)));
  button.addEventListener("click", () => choose(node));
  return button;
}

/** A list of such buttons. @param {HTMLElement[]} items */
export const list = (...items) => make("ul", { className: "terms" }, ...items.map((item) => make("li", {}, item)));

/**
 * The largest terms a · b of a sum, each leading to where b comes from, and to the weight a.
 *
 * @param {World} world @param {ArrayLike<number>} a @param {ArrayLike<number>} b @param {number} most
 * @param {(at: number) => Node} from @param {(at: number) => Node} weight @param {number} digits
 * @returns {{items: HTMLElement, rest: number, others: number}} what the other terms come to, and how many they are
 */
export function largestTerms(world, a, b, most, from, weight, digits = 2) {
  const terms = Float64Array.from({ length: a.length }, (_, i) => a[i] * b[i]);
  const order = [...terms.keys()].sort((i, j) => Math.abs(terms[j]) - Math.abs(terms[i]));
  const items = order.slice(0, most).map((i) => {
    const term = leadTo(world, from(i), `${shown(a[i], digits)} · ${shown(b[i], digits)} = ${shown(terms[i], digits)}`);
    const own = make("button", { type: "button", className: "own", title: nameOf(world.model, weight(i)) }, "w");
    own.setAttribute("aria-label", nameOf(world.model, weight(i)));
    own.addEventListener("click", () => world.choose(weight(i)));
    return make("li", { className: "pair" }, term, own);
  });
  const rest = order.slice(most).reduce((sum, i) => sum + terms[i], 0);
  return { items: make("ul", { className: "terms" }, ...items), rest, others: Math.max(0, a.length - most) };
}
