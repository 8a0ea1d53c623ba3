// The box of the letter in a picture, found in the same steps as by charmlp.images.crop: the ground is what the
// picture's border shows, ink is what differs from it by more than Otsu's threshold.

const SIDE = 96; // pixels of the reduced picture in which the letter is looked for
const LEAST_CONTRAST = 8; // grey levels between ink and ground
const MOST_AT_SIDE = 0.05; // share of a side that may be ink
const MOST_TOUCHED = 1; // sides that the letter may reach
const DUST = 0.02; // share of the ink that may lie beyond each side of the box
const MARGIN = 0.06; // around the letter, in parts of its longer side
const NARROWEST = 0.25; // shorter to longer side of a box

/**
 * Means of squares of `factor` pixels, rounded as Pillow does.
 *
 * @param {Uint8Array} grey @param {number} height @param {number} width @param {number} factor
 */
function reduce(grey, height, width, factor) {
  const h = Math.ceil(height / factor);
  const w = Math.ceil(width / factor);
  const levels = new Uint8Array(h * w);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const bottom = Math.min(height, (y + 1) * factor);
      const right = Math.min(width, (x + 1) * factor);
      const area = (bottom - y * factor) * (right - x * factor);
      let sum = Math.floor(area / 2);
      for (let row = y * factor; row < bottom; row++) {
        for (let column = x * factor; column < right; column++) sum += grey[row * width + column];
      }
      levels[y * w + x] = Math.floor((sum * Math.floor(2 ** 24 / area)) / 2 ** 24);
    }
  }
  return { levels, h, w };
}

/**
 * The median of each pixel and its neighbours; the edges go on as they are.
 *
 * @param {Uint8Array} levels @param {number} h @param {number} w
 */
function median(levels, h, w) {
  const found = new Uint8Array(levels.length);
  const nine = new Uint8Array(9);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      for (let i = 0; i < 9; i++) {
        const row = Math.min(h - 1, Math.max(0, y + Math.floor(i / 3) - 1));
        const column = Math.min(w - 1, Math.max(0, x + (i % 3) - 1));
        nine[i] = levels[row * w + column];
      }
      found[y * w + x] = nine.sort()[4];
    }
  }
  return found;
}

/** The first and last row and column. @param {Uint8Array} values @param {number} h @param {number} w */
function sidesOf(values, h, w) {
  const row = (/** @type {number} */ y) => Array.from({ length: w }, (_, x) => values[y * w + x]);
  const column = (/** @type {number} */ x) => Array.from({ length: h }, (_, y) => values[y * w + x]);
  return [row(0), row(h - 1), column(0), column(w - 1)];
}

/**
 * The last level of the lower part, where the variance between both parts of a histogram is largest.
 *
 * @param {Uint8Array} levels
 */
function otsu(levels) {
  const counts = new Float64Array(256);
  for (const level of levels) counts[level]++;
  let mean = 0;
  counts.forEach((count, level) => (mean += count * level));
  let [below, sum, most, found] = [0, 0, -1, 0];
  counts.forEach((count, level) => {
    below += count;
    sum += count * level;
    const between = (mean * (below / levels.length) - sum) ** 2 / Math.max(below * (levels.length - below), 1);
    if (between > most) [most, found] = [between, level];
  });
  return found;
}

/** Beginning and end of what rows or columns hold, without the dust on both sides. @param {number[]} counts */
function span(counts) {
  let sum = 0;
  const sums = counts.map((count) => (sum += count));
  return [sums.filter((each) => each <= DUST * sum).length, sums.filter((each) => each < (1 - DUST) * sum).length + 1];
}

/** The nearest whole number, of two the even one, as in Python. @param {number} x */
function round(x) {
  const down = Math.floor(x);
  if (x - down !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}

/** @param {number} start @param {number} end @param {number} longer @param {number} most */
function widened(start, end, longer, most) {
  const air = Math.max(MARGIN * longer, (NARROWEST * longer - (end - start)) / 2);
  return [Math.max(0, round(start - air)), Math.min(most, round(end + air))];
}

/**
 * Where the letter is, with a small margin; the whole picture where that is not clear.
 *
 * @param {Uint8Array} grey @param {number} height @param {number} width
 */
export function letterBox(grey, height, width) {
  const whole = { left: 0, top: 0, right: width, bottom: height };
  const factor = Math.ceil(Math.max(height, width) / SIDE);
  const { levels, h, w } = reduce(grey, height, width, factor);
  const smooth = median(levels, h, w);
  const border = sidesOf(smooth, h, w).flat().sort((a, b) => a - b);
  const ground = Math.floor((border[border.length / 2 - 1] + border[border.length / 2]) / 2);
  const contrast = smooth.map((level) => Math.abs(level - ground));
  const threshold = Math.max(otsu(contrast), LEAST_CONTRAST);
  const ink = contrast.map((level) => (level > threshold ? 1 : 0));
  const touched = sidesOf(ink, h, w).filter((side) => side.reduce((sum, x) => sum + x, 0) / side.length > MOST_AT_SIDE);
  if (!ink.includes(1) || touched.length > MOST_TOUCHED) return whole;
  const columns = new Array(w).fill(0);
  const rows = new Array(h).fill(0);
  ink.forEach((is, i) => {
    rows[Math.floor(i / w)] += is;
    columns[i % w] += is;
  });
  const [left, right] = span(columns).map((place) => factor * place);
  const [top, bottom] = span(rows).map((place) => factor * place);
  const longer = Math.max(right - left, bottom - top);
  const [x, y] = [widened(left, right, longer, width), widened(top, bottom, longer, height)];
  return { left: x[0], top: y[0], right: x[1], bottom: y[1] };
}
