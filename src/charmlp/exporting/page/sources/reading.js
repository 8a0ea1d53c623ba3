// From grey pixels to probabilities: everything that reading takes, without a page.

import { letterBox } from "./crop.js";
import { toInputs } from "./inputs.js";
import { forward, softmax } from "./network.js";
import { resize } from "./resize.js";

/** The picture as the model's training pictures were: h×w bytes. */
export function small(model, grey, height, width) {
  const box = model.crop === "auto" ? letterBox(grey, height, width) : undefined;
  return resize(grey, height, width, model.size, model.columnsFirst, box);
}

/** All that is computed of a small picture, h×w bytes. */
export function read(model, grey) {
  const seen = toInputs(grey, model.preprocessing, model.size);
  const layers = forward(model, seen.x);
  return { grey, ...seen, layers, probabilities: softmax(layers.at(-1).y, model.temperature) };
}

/** The probabilities of a whole picture, as charmlp's Recognizer has them. */
export function predict(model, grey, height, width) {
  if (grey.length !== height * width || !grey.length) throw new RangeError(`${grey.length} bytes are not ${height}×${width} pixels`);
  return read(model, small(model, grey, height, width)).probabilities;
}
