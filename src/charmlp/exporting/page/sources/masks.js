// Gradients of rectifiers that no formula explains: what is left is the mask itself (doctor/checks/masks.py).

/** @typedef {import("./arrays.js").Numbers} Numbers */
/** @typedef {import("./factors.js").Named} Named */

const NEAR_MASK = 1e-6;

/**
 * A wrong mask, recovered as a/g: two slopes, or 0 and 1 in other places.
 *
 * @param {Numbers} x
 * @param {Numbers[]} values the gradient for each upstream gradient
 * @param {Numbers[]} upstreams
 * @param {Record<string, string>} slopes the right ones
 * @returns {Named | null}
 */
export function recoveredMask(x, values, upstreams, slopes) {
  const found = values.flatMap(({ data }, i) => [...data].map((each, n) => ({ x: x.data[n], slope: each / upstreams[i].data[n] })));
  const [positive, negative] = [true, false].map((side) => onlyOne(found.filter((each) => each.x > 0 === side).map(({ slope }) => slope)));
  if (positive !== null && negative !== null) return ["relu-mask.slopes", { positive: inShort(positive), negative: inShort(negative), ...slopes }];
  const threshold = new Set(found.map(({ slope }) => slope.toFixed(6))).size === 2 ? halfSpace(found) : null;
  if (threshold !== null) return ["wrong-threshold", { found: `g · [x > ${threshold}]` }];
  if (found.every(({ slope }) => Math.min(Math.abs(slope), Math.abs(slope - 1)) < NEAR_MASK)) return ["wrong-mask.other", {}];
  return null;
}

/**
 * Whether all errors are zeros for slopes, or slopes for zeros, the same for each upstream gradient.
 *
 * @param {Numbers[]} values the gradient for each upstream gradient
 * @param {Numbers[]} right
 */
export function isMaskedElsewhere(values, right) {
  const size = Math.max(...right.flatMap(({ data }) => [...data].map(Math.abs)));
  const isNone = (/** @type {number} */ x) => Math.abs(x) <= NEAR_MASK * size;
  const wrong = values.map(({ data }, i) => [...data].map((each, n) => !isNone(each - right[i].data[n])));
  const count = wrong[0].filter(Boolean).length;
  const areZeros = values.every(({ data }, i) => [...data].every((each, n) => !wrong[i][n] || isNone(each) || isNone(right[i].data[n])));
  return areZeros && wrong.every((each) => String(each) === String(wrong[0])) && 2 <= count && count < wrong[0].length;
}

/** The threshold c, between two of the inputs, if the mask is [x > c]. @param {{x: number, slope: number}[]} found */
function halfSpace(found) {
  const mean = found.reduce((sum, { slope }) => sum + slope, 0) / found.length;
  const lowest = Math.min(...found.filter(({ slope }) => slope > mean).map(({ x }) => x));
  const highest = Math.max(...found.filter(({ slope }) => slope <= mean).map(({ x }) => x));
  return lowest > highest ? String(Number(((lowest + highest) / 2).toPrecision(1))) : null;
}

/** The one number that all are, or null. @param {number[]} numbers */
function onlyOne(numbers) {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const size = Math.max(1, Math.abs(least), Math.abs(most));
  return numbers.length && most - least <= NEAR_MASK * size ? (least + most) / 2 : null;
}

/** @param {number} x */
const inShort = (x) => String(Number(x.toPrecision(3)));
