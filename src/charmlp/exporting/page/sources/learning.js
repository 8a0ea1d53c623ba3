// One step of learning, with the gradients derived by hand (docs/derivations): from one picture x and its class y*.

import { backward, forward, linearBackward, softmax } from "./network.js";

/** L = −ln q[y*], with q the softmax of the logits. */
export function lossOf(model, x, truth) {
  return -Math.log(Math.max(softmax(forward(model, x).at(-1).y)[truth], Number.MIN_VALUE));
}

/**
 * The gradients of every layer. At the top ∂L/∂logits = q − y*; then, down from layer to layer,
 *
 *     δ = f′(z) ∘ ∂L/∂y,   ∂L/∂W = δ xᵀ,   ∂L/∂b = δ,   ∂L/∂x = Wᵀ δ.
 *
 * @returns {{error: Float64Array, layers: {delta: Float64Array, input: Float64Array, norm: number}[], pixels: Float64Array}}
 *   ∂L/∂W stands there as its factors δ and x; norm is its length, ‖δ‖ ‖x‖
 */
export function gradients(model, x, truth) {
  const found = forward(model, x);
  const error = softmax(found.at(-1).y).map((q, i) => q - (i === truth ? 1 : 0));
  const deltas = backward(model, found, error);
  const layers = deltas.map((delta, number) => {
    const input = number ? found[number - 1].y : x;
    return { delta, input, norm: length(delta) * length(input) };
  });
  return { error, layers, pixels: linearBackward(model.layers[0], deltas[0]) };
}

/** ‖x‖. */
export function length(x) {
  return Math.sqrt(x.reduce((sum, each) => sum + each * each, 0));
}

/** W ← W − η ∂L/∂W and b ← b − η ∂L/∂b, in place. */
export function descend(model, { layers }, rate) {
  layers.forEach(({ delta, input }, number) => {
    const { rows, columns, weight, bias } = model.layers[number];
    for (let i = 0; i < rows; i++) {
      if (delta[i] === 0) continue;
      for (let j = 0; j < columns; j++) weight[i * columns + j] -= rate * delta[i] * input[j];
      bias[i] -= rate * delta[i];
    }
  });
}

/** What weights and biases are now, to come back to. */
export function copied({ layers }) {
  return layers.map(({ weight, bias }) => ({ weight: weight.slice(), bias: bias.slice() }));
}

/** Back to what they were. */
export function restore({ layers }, were) {
  layers.forEach((layer, number) => {
    layer.weight.set(were[number].weight);
    layer.bias.set(were[number].bias);
  });
}
