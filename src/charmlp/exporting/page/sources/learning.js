// One step of learning, with the gradients derived by hand (docs/derivations): from one picture x and its class y*.

import { backward, forward, linearBackward, softmax } from "./network.js";

/**
 * @typedef {import("./weights.js").Model} Model
 * @typedef {{upstream: Float64Array, delta: Float64Array, input: ArrayLike<number>, below: Float64Array, z: Float64Array, norm: number}} Part
 *   of a layer: ∂L/∂y, δ = ∂L/∂z = ∂L/∂b, the layer's input, ∂L/∂input, z, and ‖∂L/∂W‖ = ‖δ‖ ‖input‖;
 *   ∂L/∂W stands there as its factors, δ inputᵀ
 * @typedef {{probabilities: Float64Array, error: Float64Array, layers: Part[], pixels: Float64Array}} Gradients
 */

/** L = −ln q[y*], with q the softmax of the logits. @param {Model} model @param {ArrayLike<number>} x @param {number} truth */
export function lossOf(model, x, truth) {
  const { y } = forward(model, x)[model.layers.length - 1];
  return -Math.log(Math.max(softmax(y)[truth], Number.MIN_VALUE));
}

/**
 * The gradients of every layer. At the top ∂L/∂logits = q − y*; then, down from layer to layer,
 *
 *     δ = f′(z) ∘ ∂L/∂y,   ∂L/∂W = δ xᵀ,   ∂L/∂b = δ,   ∂L/∂x = Wᵀ δ.
 *
 * @param {Model} model @param {ArrayLike<number>} x @param {number} truth
 * @returns {Gradients}
 */
export function gradients(model, x, truth) {
  const found = forward(model, x);
  const probabilities = softmax(found[found.length - 1].y);
  const error = probabilities.map((q, i) => q - (i === truth ? 1 : 0));
  const down = backward(model, found, error);
  const pixels = linearBackward(model.layers[0], down[0].delta);
  const layers = down.map(({ upstream, delta }, number) => {
    const input = number ? found[number - 1].y : x;
    const below = number ? down[number - 1].upstream : pixels;
    return { upstream, delta, input, below, z: found[number].z, norm: norm(delta) * norm(input) };
  });
  return { probabilities, error, layers, pixels };
}

/** ‖x‖. @param {ArrayLike<number>} x */
export function norm(x) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * x[i];
  return Math.sqrt(sum);
}

/** The layers after a step: W − η ∂L/∂W and b − η ∂L/∂b. @param {Model} model @param {Gradients} found @param {number} rate */
export function descended(model, { layers }, rate) {
  return model.layers.map((layer, number) => {
    const { delta, input } = layers[number];
    const { rows, columns } = layer;
    const [weight, bias] = [layer.weight.slice(), layer.bias.slice()];
    for (let i = 0; i < rows; i++) {
      if (delta[i] === 0) continue;
      for (let j = 0; j < columns; j++) weight[i * columns + j] -= rate * delta[i] * input[j];
      bias[i] -= rate * delta[i];
    }
    return { ...layer, weight, bias };
  });
}
