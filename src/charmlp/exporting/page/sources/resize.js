// Pillow's bilinear resize of grey bytes, to the last bit.
//
// Where a row of n pixels becomes m, pixel j of the result is Σᵢ kⱼᵢ pᵢ / 2²², and kⱼᵢ is 2²² times the share
// of pixel i, rounded. With D = 2 max(n, m) the shares are aⱼᵢ / Σᵢ aⱼᵢ with
//
//     aⱼᵢ = max(0, D − |(2i + 1) m − (2j + 1) n|).
//
// The result is rounded to bytes after the first pass and again after the second.

const ONE = 2 ** 22;

/** @typedef {{first: number, k: number[]}} Share */

/**
 * For each of `size` results: the first pixel that has a share, and the shares from there on.
 *
 * @param {number} length @param {number} start @param {number} end @param {number} size @returns {Share[]}
 */
function shares(length, start, end, size) {
  const n = end - start;
  const most = 2 * Math.max(n, size);
  return Array.from({ length: size }, (_, j) => {
    const middle = start + ((2 * j + 1) * n) / (2 * size) - 0.5;
    const reach = most / (2 * size);
    const first = Math.max(0, Math.floor(middle - reach));
    const last = Math.min(length - 1, Math.ceil(middle + reach));
    const parts = [];
    for (let i = first; i <= last; i++) {
      parts.push(Math.max(0, most - Math.abs((2 * (i - start) + 1) * size - (2 * j + 1) * n)));
    }
    const whole = parts.reduce((sum, part) => sum + part, 0);
    return { first, k: parts.map((part) => quotient(2 * ONE * part + whole, 2 * whole)) };
  });
}

/** a / b rounded down, exactly. @param {number} a @param {number} b */
function quotient(a, b) {
  return (a - (a % b)) / b;
}

/** @param {Uint8Array} grey @param {number} height @param {number} width @param {Share[]} columns */
function alongRows(grey, height, width, columns) {
  const found = new Uint8Array(height * columns.length);
  columns.forEach(({ first, k }, j) => {
    for (let y = 0; y < height; y++) {
      let sum = ONE / 2;
      for (let i = 0; i < k.length; i++) sum += k[i] * grey[y * width + first + i];
      found[y * columns.length + j] = Math.min(255, Math.floor(sum / ONE));
    }
  });
  return found;
}

/** @param {Uint8Array} grey @param {number} width @param {Share[]} rows */
function alongColumns(grey, width, rows) {
  const found = new Uint8Array(rows.length * width);
  rows.forEach(({ first, k }, j) => {
    for (let x = 0; x < width; x++) {
      let sum = ONE / 2;
      for (let i = 0; i < k.length; i++) sum += k[i] * grey[(first + i) * width + x];
      found[j * width + x] = Math.min(255, Math.floor(sum / ONE));
    }
  });
  return found;
}

/**
 * A grey picture, or what is in its box, made h×w.
 *
 * @param {Uint8Array} grey @param {number} height @param {number} width
 * @param {Size} size h, w
 * @param {boolean} columnsFirst as Pillow from version 13 on has it, in pictures that shrink more in height
 * @param {Box} [box]
 */
export function resize(grey, height, width, [h, w], columnsFirst, box = { left: 0, top: 0, right: width, bottom: height }) {
  const rows = shares(height, box.top, box.bottom, h);
  const columns = shares(width, box.left, box.right, w);
  if (columnsFirst && height > h && height - h > 2 * Math.max(0, width - w)) {
    return alongRows(alongColumns(grey, width, rows), h, width, columns);
  }
  return alongColumns(alongRows(grey, height, width, columns), w, rows);
}
