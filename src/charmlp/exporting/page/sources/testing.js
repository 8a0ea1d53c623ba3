// What node runs when the page is exported: the model and the way from pixels to probabilities.

import { predict } from "./reading.js";
import { unpack } from "./weights.js";

/** The probabilities of pictures [height, width, grey], each K numbers. */
export function answers(packed, pictures) {
  const model = unpack(packed);
  return pictures.map(([height, width, grey]) => [...predict(model, grey, height, width)]);
}
