// The table of activations: y = f(x), and ∂L/∂x from the upstream gradient ∂L/∂y, as in charmlp.calculus.

const SLOPE = 0.01; // of leaky_relu

/**
 * The complementary error function: its series near 0, its continued fraction far from it.
 *
 * @param {number} x @returns {number}
 */
export function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  const share = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; term > 1e-17 * sum; n++) sum += term *= (2 * x * x) / (2 * n + 1);
    return 1 - 2 * share * sum;
  }
  let fraction = x;
  for (let n = 40; n > 0; n--) fraction = x + n / 2 / fraction;
  return share / fraction;
}

/** 1 / (1 + e⁻ˣ), without overflow. @param {number} x */
function sigmoid(x) {
  const z = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : z) / (1 + z);
}

/** @param {number} x */
const normal = (x) => 0.5 * erfc(-Math.SQRT1_2 * x); // Φ
/** @param {number} x */
const density = (x) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI); // φ = Φ′

/**
 * forward f(x), slope f′(x), and both as formulas in which x stands; constants as a model file names them.
 *
 * @type {Record<string, {f: (x: number) => number, slope: (x: number) => number, formula: string, derivative: string,
 *   constants?: Record<string, number>}>}
 */
export const ACTIVATIONS = {
  none: { f: (x) => x, slope: () => 1, formula: "z", derivative: "1" },
  sigmoid: {
    f: sigmoid,
    slope: (x) => sigmoid(x) * (1 - sigmoid(x)),
    formula: "1 / (1 + e⁻ᶻ)",
    derivative: "y (1 − y)",
  },
  tanh: { f: Math.tanh, slope: (x) => 1 - Math.tanh(x) ** 2, formula: "tanh z", derivative: "1 − y²" },
  relu: { f: (x) => Math.max(0, x), slope: (x) => (x > 0 ? 1 : 0), formula: "max(0, z)", derivative: "1 (z > 0), 0 (z ≤ 0)" },
  leaky_relu: {
    f: (x) => (x > 0 ? x : SLOPE * x),
    slope: (x) => (x > 0 ? 1 : SLOPE),
    formula: "z (z > 0), 0.01 z (z ≤ 0)",
    derivative: "1 (z > 0), 0.01 (z ≤ 0)",
    constants: { negative_slope: SLOPE },
  },
  gelu: { f: (x) => x * normal(x), slope: (x) => normal(x) + x * density(x), formula: "z Φ(z)", derivative: "Φ(z) + z φ(z)" },
  silu: {
    f: (x) => x * sigmoid(x),
    slope: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
    formula: "z σ(z)",
    derivative: "σ(z) (1 + z (1 − σ(z)))",
  },
};
