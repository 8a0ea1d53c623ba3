// Drawings as they might have been drawn as well: turned, slanted, stretched, with another pen.

/** @typedef {Stroke[]} Strokes */

const TURN = 0.12; // spreads: of the angle, in radians
const SLANT = 0.15; // sideways to height
const STRETCH = 0.12; // of the logarithm of the width
const BEND = 0.025; // of the waves that bend it, to its longer side
const THIN = 0.6; // the pen's width, beside that of reading: from
const THICK = 1.6; // to

/** Numbers from 0 to 1, always the same ones of a seed (mulberry32). @param {number} seed */
export function randoms(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A number of the normal distribution. @param {() => number} random */
const normally = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Another drawing like this one. @param {Strokes} strokes @param {() => number} random @returns {Strokes} */
export function variant(strokes, random) {
  const [turn, slant] = [TURN * normally(random), SLANT * normally(random)];
  const width = Math.exp(STRETCH * normally(random));
  const pen = THIN * (THICK / THIN) ** random();
  const xs = strokes.flat().map(({ x }) => x);
  const ys = strokes.flat().map(({ y }) => y);
  const side = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) || 1;
  const waves = [0, 1].map(() => ({ size: BEND * side * normally(random), rate: (2 + 3 * random()) / side, phase: 7 * random() }));
  /** @param {{size: number, rate: number, phase: number}} wave @param {number} along */
  const wave = ({ size, rate, phase }, along) => size * Math.sin(rate * along + phase);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  /** @param {Point} point */
  const moved = ({ x, y, press }) => {
    const [u, v] = [width * x - slant * y + wave(waves[0], y), y + wave(waves[1], x)];
    return { x: cos * u - sin * v, y: sin * u + cos * v, press: pen * press };
  };
  return strokes.map((stroke) => stroke.map(moved));
}

/** The strokes of a form, as forms.py writes it. @param {string} form @returns {Strokes} */
export function strokesOf(form) {
  /** @param {string} text */
  const point = (text) => {
    const [x, y] = text.split(",").map(Number);
    return { x: x / 100, y: y / 100, press: 1 };
  };
  return form.split(" / ").map((stroke) => stroke.split(" ").map(point));
}
