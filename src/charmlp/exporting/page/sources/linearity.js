// What a formula does with the upstream gradient g; a right one is linear in it (doctor/checks/linearity.py).

import { arrayOf, namesIn, namesWith } from "./library.js";

/** @typedef {import("./arrays.js").Numbers} Numbers */
/** @typedef {import("./grammar.js").Formula} Formula */
/** @typedef {import("./library.js").Library} Library */
/** @typedef {import("./library.js").Operation} Operation */

const SCALES = [2, -1, 1e4, 1e-5];
const NEAR_LINEAR = 1e-9;

const normOf = (/** @type {Float64Array} */ a) => Math.sqrt(a.reduce((sum, each) => sum + each * each, 0));

/** The mistake that shows when g is changed, or null. @param {Library} library @param {Operation} operation @param {Formula} formula */
export function ofUpstream(library, operation, formula) {
  const [setup] = operation.setups;
  const [g, h] = setup.upstreams.map((place) => arrayOf(library, place));
  const times = (/** @type {number} */ factor) => ({ ...g, data: g.data.map((each) => factor * each) });
  const result = (/** @type {Numbers} */ upstream) => formula(namesIn(library, operation, setup, upstream)).data;
  const [base, other, both] = [g, h, { ...g, data: g.data.map((each, n) => each + h.data[n]) }].map(result);
  const scaled = SCALES.map((factor) => result(times(factor)));
  const isSame = (/** @type {Float64Array} */ found, /** @type {Float64Array} */ wanted, factor = 1, close = NEAR_LINEAR) =>
    normOf(found.map((each, n) => each - factor * wanted[n])) <= close * Math.abs(factor) * normOf(wanted);
  if (!normOf(base)) return null;
  if ([other, ...scaled].every((found) => isSame(found, base))) return "cotangent-ignored";
  if (isSame(scaled[0], base, 4) && isSame(scaled[1], base)) return "cotangent-twice";
  const isLinear = isSame(both, base.map((each, n) => each + other[n]), 1, 10 * NEAR_LINEAR) && SCALES.every((factor, i) => isSame(scaled[i], base, factor));
  if (isLinear) return null;
  return isOfUpstreamAlone(library, operation, formula, g, base) ? "slope-of-upstream.alone" : "cotangent-distorted.other";
}

/** Whether it comes to the same for another input. @param {Library} library @param {Operation} operation @param {Formula} formula @param {Numbers} g @param {Float64Array} base */
function isOfUpstreamAlone(library, operation, formula, g, base) {
  const [setup] = operation.setups;
  if (setup.values.length > 1) return false;
  const x = arrayOf(library, setup.values[0]);
  const otherwise = { ...x, data: x.data.map((each) => 0.7 * each).reverse() };
  return formula(namesWith(operation, setup, [otherwise], g)).data.every((each, n) => each === base[n]);
}
