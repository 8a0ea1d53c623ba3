// From grey pixels to probabilities: everything that reading takes, without a page.

import { letterBox } from "./crop.js";
import { toInputs } from "./inputs.js";
import { forward, logitsOf, softmax } from "./network.js";
import { resize } from "./resize.js";
import { picture } from "./strokes.js";

const DOT = 0.08; // of the pad's side: a drawing that is smaller is a dot

/**
 * The picture as the model's training pictures were: h×w bytes.
 *
 * @param {Model} model @param {Uint8Array} grey @param {number} height @param {number} width
 */
export function small(model, grey, height, width) {
  const box = model.crop === "auto" ? letterBox(grey, height, width) : undefined;
  return resize(grey, height, width, model.size, model.columnsFirst, box);
}

/** All that is computed of a small picture, h×w bytes. @param {Model} model @param {Uint8Array} grey */
export function read(model, grey) {
  const seen = toInputs(grey, model.preprocessing, model.size);
  const layers = forward(model, seen.x);
  return { grey, ...seen, layers, probabilities: softmax(logitsOf(layers), model.temperature) };
}

/**
 * A drawing, as light ink or as dark: in the polarity in which the network is surer, unless `isDark` says which.
 *
 * @param {{x: number, y: number, press: number}[][]} strokes at least one point, in parts of the pad's side
 * @param {boolean | null} isDark
 * @param {Model} model
 */
export function readDrawing(model, strokes, isDark) {
  const { grey, height, width } = picture(strokes, DOT);
  const light = small({ ...model, crop: "none" }, grey, height, width);
  const asLight = read(model, light);
  if (model.preprocessing === "light_ink") return { ...asLight, isDrawn: true, isDark: null }; // both are one
  const asDark = read(model, light.map((level) => 255 - level));
  const isSurerDark = isDark ?? Math.max(...asDark.probabilities) > Math.max(...asLight.probabilities);
  return { ...(isSurerDark ? asDark : asLight), isDrawn: true, isDark: isSurerDark };
}

/**
 * The probabilities of a whole picture, as charmlp's Recognizer has them.
 *
 * @param {Model} model @param {Uint8Array} grey @param {number} height @param {number} width
 */
export function predict(model, grey, height, width) {
  if (grey.length !== height * width || !grey.length) throw new RangeError(`${grey.length} bytes are not ${height}×${width} pixels`);
  return read(model, small(model, grey, height, width)).probabilities;
}
