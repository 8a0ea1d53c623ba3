// What the network sees of grey pixels, as charmlp.images.to_inputs has it.

/**
 * Whether a picture is lighter at its border than as a whole; decided in whole numbers.
 *
 * @param {Uint8Array} grey @param {Size} size
 */
function hasDarkInk(grey, [height, width]) {
  let [whole, border, count] = [0, 0, 0];
  grey.forEach((level, i) => {
    const [y, x] = [Math.floor(i / width), i % width];
    whole += level;
    if (y > 0 && y < height - 1 && x > 0 && x < width - 1) return;
    border += level;
    count++;
  });
  return border * grey.length > whole * count;
}

/**
 * x of the pixels p:
 *
 *     scale        x = 2p/255 − 1
 *     standardize  x = (p − mean) / deviation; a deviation below one grey level counts as one
 *     light_ink    the same, and −x where the picture is lighter at its border than as a whole
 *
 * @returns {{x: Float64Array, mean: number, deviation: number}} deviation below 0 where x was turned round
 * @param {Uint8Array} grey @param {string} preprocessing @param {Size} size
 */
export function toInputs(grey, preprocessing, size) {
  if (preprocessing === "scale") {
    return { x: Float64Array.from(grey, (level) => (2 * level) / 255 - 1), mean: 127.5, deviation: 127.5 };
  }
  const mean = grey.reduce((sum, level) => sum + level, 0) / grey.length;
  const variance = grey.reduce((sum, level) => sum + (level - mean) * (level - mean), 0) / grey.length;
  const turned = preprocessing === "light_ink" && hasDarkInk(grey, size);
  const deviation = Math.max(1, Math.sqrt(variance)) * (turned ? -1 : 1);
  return { x: Float64Array.from(grey, (level) => (level - mean) / deviation), mean, deviation };
}
