// The functions that a typed formula may call, with NumPy's names.

import { erfc } from "./activations.js";
import { Complaint, elementwise, product, reduced, scalar, transposed } from "./arrays.js";

/** @typedef {import("./arrays.js").Numbers} Numbers */
/** @typedef {{takes: number, options: string[], run: (given: Numbers[], options: Record<string, Numbers>) => Numbers}} Callable */

/** @type {Record<string, (...x: number[]) => number>} */
const OF_ELEMENTS = {
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  square: (x) => x * x,
  abs: Math.abs,
  sign: Math.sign,
  tanh: Math.tanh,
  cosh: Math.cosh,
  erf: (x) => 1 - erfc(x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(x, 0),
  maximum: (x, other) => Math.max(x, other),
  minimum: (x, other) => Math.min(x, other),
  where: (is, x, other) => (is ? x : other),
  clip: (x, low, high) => Math.min(Math.max(x, low), high),
  ones_like: (x) => 1,
  zeros_like: (x) => 0,
};

const total = (/** @type {number[]} */ numbers) => numbers.reduce((all, each) => all + each, 0);
/** @type {Record<string, (numbers: number[]) => number>} */
const ALONG_AXIS = {
  sum: total,
  mean: (numbers) => total(numbers) / numbers.length,
  max: (numbers) => Math.max(...numbers),
  min: (numbers) => Math.min(...numbers),
};

/** The one number that an option is. @param {Numbers | undefined} given */
function optionOf(given) {
  if (given === undefined) return null;
  if (given.shape.length) throw new Complaint("formula.larger", { name: "max" });
  return given.data[0];
}

/** softmax along an axis, the last where none is named. @param {Numbers} z @param {number} axis */
function softmaxAlong(z, axis) {
  const most = reduced(ALONG_AXIS.max, z, axis, true);
  const powers = elementwise("-", (each, largest) => Math.exp(each - largest), z, most);
  return elementwise("/", (each, all) => each / all, powers, reduced(total, powers, axis, true));
}

/** @type {Record<string, Callable>} */
export const FUNCTIONS = {
  ...Object.fromEntries(
    Object.entries(OF_ELEMENTS).map(([name, f]) => [name, { takes: f.length, options: [], run: (/** @type {Numbers[]} */ given) => elementwise(name, f, ...given) }]),
  ),
  ...Object.fromEntries(
    Object.entries(ALONG_AXIS).map(([name, f]) => [
      name,
      {
        takes: 1,
        options: ["axis", "keepdims"],
        run: (/** @type {Numbers[]} */ [a], /** @type {Record<string, Numbers>} */ { axis, keepdims }) => reduced(f, a, optionOf(axis), Boolean(optionOf(keepdims))),
      },
    ]),
  ),
  softmax: { takes: 1, options: ["axis"], run: ([z], { axis }) => softmaxAlong(z, optionOf(axis) ?? -1) },
  transpose: { takes: 1, options: [], run: ([a]) => transposed(a) },
  dot: { takes: 2, options: [], run: ([a, b]) => product(a, b) },
};

/** Those that stand behind a dot as well: x.sum(axis=0). */
export const METHODS = [...Object.keys(ALONG_AXIS), "clip", "dot", "transpose"];
