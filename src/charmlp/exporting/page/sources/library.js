// The doctor's formula library, as Python packed it (library.py), and a typed formula's values on its inputs.

import { Complaint, isSameShape, scalar } from "./arrays.js";
import { parsed } from "./grammar.js";
import { float32s } from "./weights.js";

/** @typedef {import("./arrays.js").Numbers} Numbers */
/** @typedef {import("./grammar.js").Formula} Formula */
/** @typedef {import("./grammar.js").Names} Names */
/** @typedef {string | [string, string]} Text English and Chinese, where they differ */
/** @typedef {{sizes: Record<string, number>, values: number[], upstreams: number[]}} SetUp arrays are places among the library's */
/**
 * @typedef {object} Gradient of the input at place `input`, the right formula and the wrong ones; `prints` are sums of
 *   what each comes to, of the right one first, then of the rows, then of the right one with a distorted g
 * @property {number} input
 * @property {[string, ...Text[]][]} rows mistake, and formulas for which it stands
 * @property {string} prints
 * @property {Text} forward
 * @property {Text} right
 * @property {Text} derivative
 * @property {boolean} [bias]
 * @property {Record<string, string>} [slopes] on the right and the left, of what is made of two straight pieces
 */
/**
 * @typedef {object} Operation
 * @property {string} kind
 * @property {string} forward
 * @property {string} output what forward's result is called
 * @property {Record<string, string>} also names of what is made of the inputs
 * @property {boolean} loss
 * @property {boolean} elementwise
 * @property {string} factors
 * @property {string[]} inputs
 * @property {SetUp[]} setups
 * @property {Gradient[]} gradients
 */
/**
 * @typedef {object} Library
 * @property {number} sums
 * @property {[string, Text][]} distortions
 * @property {Operation[]} operations
 * @property {[number[], string][]} arrays
 * @property {Record<string, number[]>} mistakes row, and places of text and hint among the sentences
 * @property {Record<string, string[]>} sentences
 * @property {Record<string, string[]>} always
 */

/** @param {Library} library @param {number} place @returns {Numbers} */
export function arrayOf({ arrays }, place) {
  const [shape, packed] = arrays[place];
  return { shape, data: Float64Array.from(float32s(packed)) };
}

/** What names stand for in a set-up, with an upstream gradient. @param {Library} library @param {Operation} operation @param {SetUp} setup @param {Numbers} g @returns {Names} */
export function namesIn(library, operation, setup, g) {
  return namesWith(operation, setup, setup.values.map((place) => arrayOf(library, place)), g);
}

/** The same with other inputs. @param {Operation} operation @param {SetUp} setup @param {Numbers[]} values @param {Numbers} g @returns {Names} */
export function namesWith(operation, { sizes }, values, g) {
  /** @type {Names} */
  const names = { g };
  operation.inputs.forEach((name, i) => (names[name] = values[i]));
  for (const [size, count] of Object.entries(sizes)) names[size] = scalar(count);
  for (const [name, text] of Object.entries(operation.also)) names[name] = parsed(text)(names);
  names[operation.output] = parsed(operation.forward)(names);
  return names;
}

/** A typed formula's value for each upstream gradient of a set-up. @param {Library} library @param {Operation} operation @param {SetUp} setup @param {Formula} formula */
export function valuesIn(library, operation, setup, formula) {
  return setup.upstreams.map((place) => {
    const found = formula(namesIn(library, operation, setup, arrayOf(library, place)));
    if (!found.data.every(Number.isFinite)) throw new Complaint("formula.infinite");
    return found;
  });
}

const STEP = 1e-4;

/** The right gradients of what works element by element, by forward's own differences. @param {Library} library @param {Operation} operation @param {SetUp} setup @returns {Numbers[]} */
export function slopesIn(library, operation, setup) {
  const x = arrayOf(library, setup.values[0]);
  return setup.upstreams.map((place) => {
    const g = arrayOf(library, place);
    const [up, down] = [STEP, -STEP].map((step) => namesWith(operation, setup, [{ ...x, data: x.data.map((each) => each + step) }], g)[operation.output]);
    return { ...g, data: g.data.map((each, n) => (each * (up.data[n] - down.data[n])) / (2 * STEP)) };
  });
}

/** Whether the values have the shape of the input to which they are the gradient. @param {Library} library @param {SetUp} setup @param {Gradient} gradient @param {Numbers[]} values */
export function areInShape(library, setup, { input }, values) {
  const [shape] = library.arrays[setup.values[input]];
  return values.every((value) => isSameShape(value.shape, shape));
}

/** The sums of a gradient by which formulas are told apart, one value behind the other: Σ cos(k n²) aₙ. @param {Library} library @param {Numbers[]} values */
export function sumsOf({ sums }, values) {
  const all = values.flatMap(({ data }) => [...data]);
  return Array.from({ length: sums }, (_, k) => all.reduce((sum, each, n) => sum + Math.cos((k + 1) * (n + 1) ** 2) * each, 0));
}

/** The sums of a gradient's formulas: by formula, by set-up. @param {Library} library @param {Operation} operation @param {Gradient} gradient */
export function printsOf({ sums }, { setups }, { prints }) {
  const all = [...float32s(prints)];
  const count = setups.length * sums;
  return Array.from({ length: all.length / count }, (_, row) =>
    setups.map((_, setup) => all.slice(row * count + setup * sums, row * count + (setup + 1) * sums)),
  );
}
