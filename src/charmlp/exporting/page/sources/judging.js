// Which of the typed numbers are wrong, and which mistakes give them.

/** @typedef {import("./library.js").Text} Text */
/** @typedef {number[][]} Rows */
/** @typedef {{name: string, symbol: string, formula: string, kind: string, value: Rows, slips: [string, Record<string, Text>, Rows][]}} Step */

const NEAR_NUMBER = 0.006; // as good as two digits
const MOST_NAMED = 2;

/** @param {number} number @param {number} wanted */
const isNear = (number, wanted) => Math.abs(number - wanted) <= Math.max(NEAR_NUMBER, 0.001 * Math.abs(wanted));

/**
 * The mistakes that give the numbers that were typed, null where one was not; those of the wrong numbers alone where no
 * mistake gives all of them.
 *
 * @param {Step} step
 * @param {(number | null)[]} numbers
 */
export function slipsOf({ value, slips }, numbers) {
  const right = value.flat();
  const typed = numbers.map((_, i) => i).filter((i) => numbers[i] !== null);
  const wrong = typed.filter((i) => !isNear(/** @type {number} */ (numbers[i]), right[i]));
  const giving = (/** @type {number[]} */ places) => slips.filter(([, , rows]) => places.every((i) => isNear(/** @type {number} */ (numbers[i]), rows.flat()[i])));
  if (!wrong.length) return { wrong, slips: [] };
  const all = giving(typed);
  return { wrong, slips: (all.length ? all : giving(wrong)).slice(0, MOST_NAMED) };
}
