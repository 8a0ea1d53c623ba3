// The network forward and backward, and what an answer comes from: charmlp.calculus, one picture at a time.

import { ACTIVATIONS } from "./activations.js";

/**
 * The activation behind a layer: none behind the last, unless it is the only one.
 *
 * @param {import("./weights.js").Model} model @param {number} layer
 */
export function behind(model, layer) {
  const last = layer === model.layers.length - 1 && layer > 0;
  return ACTIVATIONS[last ? "none" : model.act];
}

/**
 * z = W x + b. Four rows at once: each number of x is fetched once for four sums, to which the processor adds at once.
 *
 * @param {import("./weights.js").Linear} layer @param {ArrayLike<number>} x
 */
function linear({ rows, columns, weight, bias }, x) {
  const z = new Float64Array(rows);
  let i = 0;
  for (; i + 3 < rows; i += 4) {
    const [first, second, third, fourth] = [i * columns, (i + 1) * columns, (i + 2) * columns, (i + 3) * columns];
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let j = 0; j < columns; j++) {
      const value = x[j];
      a += weight[first + j] * value;
      b += weight[second + j] * value;
      c += weight[third + j] * value;
      d += weight[fourth + j] * value;
    }
    [z[i], z[i + 1], z[i + 2], z[i + 3]] = [a + bias[i], b + bias[i + 1], c + bias[i + 2], d + bias[i + 3]];
  }
  for (; i < rows; i++) {
    z[i] = bias[i];
    for (let j = 0; j < columns; j++) z[i] += weight[i * columns + j] * x[j];
  }
  return z;
}

/** ∂L/∂x = Wᵀ δ. @param {import("./weights.js").Linear} layer @param {ArrayLike<number>} delta */
export function linearBackward({ rows, columns, weight }, delta) {
  const gradient = new Float64Array(columns);
  for (let i = 0, at = 0; i < rows; i++, at += columns) {
    if (delta[i] === 0) continue;
    for (let j = 0; j < columns; j++) gradient[j] += delta[i] * weight[at + j];
  }
  return gradient;
}

/**
 * z and y = f(z) of every layer, y = 0 where a unit is switched off; the last y are the logits.
 *
 * @param {import("./weights.js").Model} model @param {ArrayLike<number>} x
 * @returns {{z: Float64Array, y: Float64Array}[]}
 */
export function forward(model, x) {
  /** @type {{z: Float64Array, y: Float64Array}[]} */
  const found = [];
  model.layers.forEach((layer, number) => {
    const z = linear(layer, number ? found[number - 1].y : x);
    const y = z.map(behind(model, number).f);
    for (const unit of layer.off ?? []) y[unit] = 0;
    found.push({ z, y });
  });
  return found;
}

/**
 * What comes down to every layer, from the gradient ∂L/∂logits: upstream ∂L/∂yₗ = Wₗ₊₁ᵀ δₗ₊₁, and
 * delta δₗ = ∂L/∂zₗ = f′(zₗ) ∘ ∂L/∂yₗ, which is 0 where a unit is switched off.
 *
 * @param {import("./weights.js").Model} model @param {{z: Float64Array}[]} layers @param {Float64Array} gradient
 * @returns {{upstream: Float64Array, delta: Float64Array}[]}
 */
export function backward(model, layers, gradient) {
  /** @type {{upstream: Float64Array, delta: Float64Array}[]} */
  const found = [];
  for (let number = layers.length - 1; number >= 0; number--) {
    const upstream = found.length ? linearBackward(model.layers[number + 1], found[0].delta) : gradient;
    const { slope } = behind(model, number);
    const delta = upstream.map((each, i) => each * slope(layers[number].z[i]));
    for (const unit of model.layers[number].off ?? []) delta[unit] = 0;
    found.unshift({ upstream, delta });
  }
  return found;
}

/** The last layer's outputs. @param {{y: Float64Array}[]} layers */
export const logitsOf = (layers) => layers[layers.length - 1].y;

/** softmax(z / T). @param {Float64Array} z @param {number} [temperature] */
export function softmax(z, temperature = 1) {
  const most = z.reduce((a, b) => Math.max(a, b));
  const powers = z.map((each) => Math.exp((each - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((each) => each / sum);
}

/**
 * Places and shares of the rule of Gauss and Legendre on 0 to 1: roots of the polynomial by Newton's method.
 *
 * @param {number} count
 */
function gauss(count) {
  return Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 50; step++) {
      let [before, value] = [1, x];
      for (let n = 2; n <= count; n++) [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
      slope = (count * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    return { place: (x + 1) / 2, share: 1 / ((1 - x * x) * slope * slope) };
  });
}

const PIECEWISE_LINEAR = ["none", "relu", "leaky_relu"];
const POINTS = gauss(16);
const MOST_PARTS = 64;
const SMALL = 1e-6;

/**
 * How much each input adds to class `number`'s logit, beside the flat picture of the same mean.
 *
 * Where the network is piecewise linear (x − x⁰) ∂z/∂x, which is exact; else the integral of that from x⁰ to x
 * (integrated gradients: Sundararajan, Taly and Yan 2017, arXiv:1703.01365), to a millionth.
 * @param {Model} model @param {Float64Array} x @param {number} number
 */
export function attribute(model, x, number) {
  const upstream = new Float64Array(model.classes.length);
  upstream[number] = 1;
  const flat = x.reduce((sum, each) => sum + each, 0) / x.length;
  const slopeAt = (/** @type {Float64Array} */ point) => linearBackward(model.layers[0], backward(model, forward(model, point), upstream)[0].delta);
  const way = x.map((each) => each - flat);
  if (PIECEWISE_LINEAR.includes(model.act)) return slopeAt(x).map((slope, i) => slope * way[i]);
  const logit = (/** @type {Float64Array} */ point) => logitsOf(forward(model, point))[number];
  const gained = logit(x) - logit(x.map(() => flat));
  for (let parts = 1; ; parts *= 2) {
    const found = new Float64Array(x.length);
    for (let part = 0; part < parts; part++) {
      for (const { place, share } of POINTS) {
        const along = (part + place) / parts;
        slopeAt(way.map((each) => flat + along * each)).forEach((slope, i) => (found[i] += (slope * way[i] * share) / parts));
      }
    }
    const remainder = gained - found.reduce((sum, each) => sum + each, 0);
    if (Math.abs(remainder) <= SMALL * (1 + Math.abs(gained)) || parts === MOST_PARTS) return found;
  }
}
