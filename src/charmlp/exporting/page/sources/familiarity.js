// How strange a picture is to the network, by what its file says of its training letters. What is computed, and
// why, stands in charmlp.calculus.familiarity: distances of shape and look, and the largest logit.

import { logitsOf } from "./network.js";
import { float16s } from "./weights.js";

const [COARSE, RINGS, TONES] = [6, 12, 8];
const [SHAPE, LOOK] = [COARSE * COARSE - 1, RINGS + TONES]; // numbers of features
const FAINT_ENERGY = 0.1; // added to the energy of a ring

/**
 * @typedef {{mean: Float32Array, whitening: Float32Array}} Gaussian whitening: a lower triangle, row by row
 * @typedef {{shape: Gaussian, look: Gaussian, means: number[], spreads: number[], limit: number}} Familiarity
 */

const unpacked = new WeakMap();

/**
 * @param {{numbers: string, means: number[], spreads: number[], limit: number}} packed as a model's file has it
 * @returns {Familiarity}
 */
function statistics(packed) {
  if (!unpacked.has(packed)) unpacked.set(packed, unpackFamiliarity(packed));
  return unpacked.get(packed);
}

/** @param {any} packed */
function unpackFamiliarity({ numbers, means, spreads, limit }) {
  const all = float16s(numbers);
  let at = 0;
  const next = (/** @type {number} */ count) => all.subarray(at, (at += count));
  const gaussian = (/** @type {number} */ size) => ({ mean: next(size), whitening: next((size * (size + 1)) / 2) });
  return { shape: gaussian(SHAPE), look: gaussian(LOOK), means, spreads, limit };
}

/**
 * Whether what is read is like nothing that the network was trained with; false where its file does not say what that was.
 *
 * @param {Model} model @param {Reading} reading
 */
export function isStrange(model, reading) {
  return model.familiarity ? strangeness(model, reading) > model.familiarity.limit : false;
}

/**
 * s = Σ max(0, (e − mean) / spread)²: beyond `limit` a picture is like nothing in training.
 *
 * @param {Model} model @param {Reading} reading
 */
export function strangeness({ familiarity, size }, reading) {
  const { shape, look, means, spreads } = statistics(familiarity);
  const { coarse, fine } = features(reading, size);
  const e = [logDistance(shape, coarse), logDistance(look, fine), -Math.max(...logitsOf(reading.layers))];
  return e.reduce((sum, each, i) => sum + Math.max(0, (each - means[i]) / spreads[i]) ** 2, 0);
}

/**
 * The lowest 6×6 coefficients of the picture's cosine transform; energy of its rings, and quantiles of tone.
 *
 * @param {Reading} reading @param {Size} size
 */
function features({ x, grey }, [height, width]) {
  const mean = x.reduce((sum, each) => sum + each, 0) / x.length;
  const scale = Math.max(Math.sqrt(x.reduce((sum, each) => sum + (each - mean) * (each - mean), 0) / x.length), 1e-2);
  const z = x.map((each) => (each - mean) / scale);
  const spectrum = transformed(z, height, width);
  const rings = new Float64Array(RINGS + 1); // the first is the mean's
  const ringOf = ringsOf(height, width);
  spectrum.forEach((each, i) => (rings[ringOf[i]] += each * each));
  const coarse = Array.from({ length: SHAPE }, (_, i) => spectrum[Math.floor((i + 1) / COARSE) * width + ((i + 1) % COARSE)]);
  return { coarse, fine: [...rings.subarray(1)].map((energy) => Math.log(energy + FAINT_ENERGY)).concat(tonesOf(z, grey)) };
}

/**
 * The darkest and the lightest, ink and ground the same way round in all pictures.
 *
 * @param {Float64Array} z @param {Uint8Array} grey
 */
function tonesOf(z, grey) {
  const lower = Array.from({ length: TONES / 2 }, (_, i) => Math.floor(((i + 0.5) * z.length) / TONES));
  const sorted = inOrder(z, grey);
  const tones = [...lower, ...lower.map((i) => z.length - 1 - i).reverse()].map((i) => sorted[i]);
  return z.reduce((sum, each) => sum + each * each * each, 0) < 0 ? tones.reverse().map((tone) => -tone) : tones;
}

/**
 * z from the lowest to the highest: it goes up or down with the grey levels, which are counted.
 *
 * @param {Float64Array} z @param {Uint8Array} grey
 */
function inOrder(z, grey) {
  const [counts, values] = [new Uint32Array(256), new Float64Array(256)];
  for (let i = 0; i < z.length; i++) {
    counts[grey[i]]++;
    values[grey[i]] = z[i];
  }
  const found = new Float64Array(z.length);
  for (let level = 0, at = 0; level < 256; at += counts[level++]) found.fill(values[level], at, at + counts[level]);
  return found[0] > found[z.length - 1] ? found.reverse() : found;
}

/**
 * The cosine transform of a picture, along columns and then along rows.
 *
 * @param {Float64Array} z @param {number} height @param {number} width
 */
function transformed(z, height, width) {
  const [down, across] = [cosines(height), cosines(width)];
  const half = new Float64Array(z.length);
  const found = new Float64Array(z.length);
  for (let k = 0; k < height; k++) {
    for (let y = 0; y < height; y++) {
      const share = down[k * height + y];
      for (let i = 0; i < width; i++) half[k * width + i] += share * z[y * width + i];
    }
    for (let wave = 0; wave < width; wave++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += across[wave * width + i] * half[k * width + i];
      found[k * width + wave] = sum;
    }
  }
  return found;
}

const tablesOfSizes = new Map(); // what depends on a size alone

/** @param {string} key @param {() => any} make */
function onceForSize(key, make) {
  if (!tablesOfSizes.has(key)) tablesOfSizes.set(key, make());
  return tablesOfSizes.get(key);
}

/** The orthonormal cosine transform of `count` numbers, as a matrix. @param {number} count */
const cosines = (count) =>
  onceForSize(`${count}`, () => {
    const wave = (/** @type {number} */ k, /** @type {number} */ i) => Math.sqrt((k ? 2 : 1) / count) * Math.cos((Math.PI * k * (i + 0.5)) / count);
    return Float64Array.from({ length: count * count }, (_, at) => wave(Math.floor(at / count), at % count));
  });

/**
 * In which ring of spatial frequency a coefficient is: each is as much finer as the last.
 *
 * @param {number} height @param {number} width
 */
const ringsOf = (height, width) =>
  onceForSize(`${height}×${width}`, () => {
    const side = Math.min(height, width);
    const edges = Array.from({ length: RINGS }, (_, i) => (1.5 / side) * side ** (i / (RINGS - 1)));
    edges.unshift(0.5 / side);
    const ring = (/** @type {number} */ frequency) => edges.filter((edge) => edge <= frequency).length;
    return Uint8Array.from({ length: height * width }, (_, at) => ring(Math.hypot(Math.floor(at / width) / height, (at % width) / width)));
  });

/** ln d², with d the distance of Mahalanobis. @param {Gaussian} gaussian @param {number[]} found */
function logDistance({ mean, whitening }, found) {
  const white = new Float64Array(found.length);
  for (let i = 0, at = 0; i < found.length; i++) {
    for (let j = 0; j <= i; j++, at++) white[j] += (found[i] - mean[i]) * whitening[at];
  }
  return Math.log(Math.max(white.reduce((sum, each) => sum + each * each, 0), 1e-6));
}
