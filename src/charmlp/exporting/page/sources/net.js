// The small net as a picture: its units and weights with the numbers that are known by now.

import { say, shown } from "./words.js";

/** @typedef {number[][]} Rows */
/** @typedef {Record<string, Rows>} Known quantities by name: z1, dW2, W1_new … */

const SVG = "http://www.w3.org/2000/svg";
const COLUMNS = [28, 156, 292, 372];
const ROWS = [52, 254];
const MIDDLE = (ROWS[0] + ROWS[1]) / 2;
const RADII = [26, 34, 34, 26];
const ALONG = 0.28; // an edge from circle to circle, where its weight is written

/** @param {string} name @param {Record<string, string | number>} properties @param {...(Node | string)} children */
function drawn(name, properties, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(properties)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** A number without needless zeros: −1, 0.5, 0.8808. @param {number} x */
export const plain = (x, digits = 4) => shown(x, digits).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");

/** A number in little room; the list has all its digits. @param {Known} known @param {string} name @param {number} i @param {number} j */
const numberOf = (known, name, i, j) => (known[name] ? plain(known[name][i][j], 2) : "?");

/** The picture of what is known. @param {Known} known @param {Set<string>} asked the names of what is asked for now */
export function netPicture(known, asked) {
  const edges = [1, 2].flatMap((layer) => [0, 1].flatMap((to) => [0, 1].map((from) => edge(known, asked, layer, from, to))));
  const losses = [0, 1].map((from) => line(COLUMNS[2], ROWS[from], COLUMNS[3], MIDDLE, ""));
  const inputs = [0, 1].map((i) => unit(0, ROWS[i], [["x", numberOf(known, "x", 0, i), false]], null));
  const hidden = [0, 1].map((i) => unit(1, ROWS[i], pair(known, asked, ["z1", "y1"], "zy", i), gradient(known, asked, ["dz1", "dy1"], i)));
  const outputs = [0, 1].map((i) => unit(2, ROWS[i], pair(known, asked, ["z2", "q"], "zq", i), gradient(known, asked, ["dz2"], i)));
  const latest = known.L_new ? "L_new" : "L";
  const isAsked = asked.has("L") || asked.has("L_new");
  const loss = unit(3, MIDDLE, [[known.L_new ? "L′" : "L", "", isAsked], ["", numberOf(known, latest, 0, 0), isAsked]], null);
  return drawn("svg", { viewBox: "0 0 400 316", role: "img", "aria-label": say("hand.picture") }, ...losses, ...edges, ...inputs, ...hidden, ...outputs, loss);
}

/** @param {Known} known @param {Set<string>} asked @param {string[]} names @param {string} letters @param {number} i @returns {[string, string, boolean][]} */
const pair = (known, asked, names, letters, i) => names.map((name, n) => [letters[n], numberOf(known, name, 0, i), asked.has(name)]);

/** The gradients below a unit, where one is known. @param {Known} known @param {Set<string>} asked @param {string[]} names @param {number} i */
function gradient(known, asked, names, i) {
  const some = names.filter((name) => known[name] || asked.has(name));
  return some.map((name) => `∂${name[1]} ${numberOf(known, name, 0, i)}`).join("  ");
}

/** @param {number} column @param {number} y @param {[string, string, boolean][]} lines a letter, its number, whether it is asked for @param {string | null} below */
function unit(column, y, lines, below) {
  const x = COLUMNS[column];
  const middle = (/** @type {number} */ n) => y + 5 + (n - (lines.length - 1) / 2) * 19;
  const texts = lines.map(([letter, number, isAsked], n) =>
    drawn("text", { x, y: middle(n), class: isAsked ? "inside asked" : "inside" }, drawn("tspan", { class: "letter" }, letter), letter && number ? ` ${number}` : number),
  );
  const under = below ? [drawn("text", { x, y: y + RADII[column] + 17, class: "back" }, below)] : [];
  return drawn("g", {}, drawn("circle", { cx: x, cy: y, r: RADII[column] }), ...texts, ...under);
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {string} className */
const line = (x1, y1, x2, y2, className) => drawn("line", { x1, y1, x2, y2, class: className });

/** A weight: its number, the new one after the step, and below it ∂L/∂W. @param {Known} known @param {Set<string>} asked @param {number} layer @param {number} from @param {number} to */
function edge(known, asked, layer, from, to) {
  const [x1, x2, y1, y2] = [COLUMNS[layer - 1], COLUMNS[layer], ROWS[from], ROWS[to]];
  const name = known[`W${layer}_new`] ? `W${layer}_new` : `W${layer}`;
  const x = x1 + RADII[layer - 1] + ALONG * (x2 - x1 - RADII[layer - 1] - RADII[layer]);
  const y = y1 + ((x - x1) / (x2 - x1)) * (y2 - y1) + 5;
  const isAsked = asked.has(`W${layer}_new`) || asked.has(`dW${layer}`);
  const texts = [drawn("text", { x, y, class: isAsked ? "weight asked" : "weight" }, numberOf(known, name, to, from))];
  if (known[`dW${layer}`]) texts.push(drawn("text", { x, y: y + 16, class: "weight back" }, numberOf(known, `dW${layer}`, to, from)));
  return drawn("g", {}, line(x1, y1, x2, y2, isAsked ? "asked" : ""), ...texts);
}
