// Where a constant factor comes from: N, C or another size, 2, or a sign, told apart by two set-ups (doctor/checks/factors.py).

/** @typedef {{sign: number, twos: number, powers: [string, number][], mistakes: number}} Factor sign · 2^twos · Π size^power */
/** @typedef {[string, Record<string, string>]} Named a mistake, and what fills its words */

const NEAR_SIZE = 1e-4;
const TWOS = [0, 1, -1, 2, -2];
const EXPONENTS = [0, 1, -1];

/** The sizes with M, the number of elements of a prediction. @param {Record<string, number>} sizes @returns {Record<string, number>} */
const withElements = (sizes) => ({ ...sizes, M: (sizes.N ?? 1) * (sizes.C ?? 1) });

/**
 * The simplest factors that give each ratio at its sizes; several where they cannot be told apart.
 *
 * @param {number[]} ratios
 * @param {Record<string, number>[]} sizes
 * @param {string} letters
 * @returns {Factor[]}
 */
export function factorsOf(ratios, sizes, letters) {
  const known = sizes.map(withElements);
  const sign = ratios[0] > 0 ? 1 : -1;
  /** @type {Factor[]} */
  const found = [];
  for (const twos of TWOS) {
    for (const powers of powersOf([...letters].filter((letter) => known.every((each) => letter in each)))) {
      const value = (/** @type {Record<string, number>} */ at) => powers.reduce((all, [letter, power]) => all * at[letter] ** power, sign * 2 ** twos);
      if (ratios.every((ratio, i) => Math.abs(ratio - value(known[i])) <= NEAR_SIZE * Math.abs(value(known[i])))) {
        found.push({ sign, twos, powers, mistakes: Number(sign < 0) + Math.abs(twos) + powers.length });
      }
    }
  }
  return found.filter(({ mistakes }) => mistakes === Math.min(...found.map((factor) => factor.mistakes)));
}

/** Each letter to a power of 1, −1, or left out. @param {string[]} letters @returns {[string, number][][]} */
function powersOf([letter, ...others]) {
  if (letter === undefined) return [[]];
  return powersOf(others).flatMap((rest) => EXPONENTS.map((power) => /** @type {[string, number][]} */ (power ? [[letter, power], ...rest] : rest)));
}

/** The mistakes behind a factor, of a loss or of a layer below one. @param {Factor} factor @param {boolean} loss @returns {Named[]} */
export function mistakesOf({ sign, twos, powers }, loss) {
  /** @type {Named[]} */
  const found = [];
  if (sign < 0) found.push(["sign-flipped", {}]);
  if (Math.abs(twos) === 1) found.push([twos > 0 ? "factor-two.twice" : "factor-two.half", {}]);
  else if (twos) found.push(["constant-factor", { factor: String(2 ** twos) }]);
  return [...found, ...powers.map(([letter, power]) => ofSize(letter, power > 0, loss))];
}

/** @param {string} letter @param {boolean} isMore @param {boolean} loss @returns {Named} */
function ofSize(letter, isMore, loss) {
  if (letter === "N" && !isMore) return [loss ? "extra-mean" : "extra-mean.layer", {}];
  if (letter === "M") return [isMore ? "missing-mean.elements" : "extra-mean.elements", {}];
  if (letter === "N" && loss) return ["missing-mean", {}];
  if (letter === "C" && loss) return [isMore ? "wrong-divisor.missing" : "wrong-divisor", {}];
  return ["constant-factor.size", { factor: isMore ? letter : `1/${letter}`, letter }];
}
