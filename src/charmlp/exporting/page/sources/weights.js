// The model as it lies in the page: base64 of numbers of 32, 16 or 8 bits, little-endian, row by row.

/** @param {string} text base64 */
export function bytesOf(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** A number of 16 bits (IEEE 754): sign, 5 bits of exponent, 10 of fraction. @param {number} bits */
export function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** @param {string} text @returns {Float32Array} */
export function float32s(text) {
  const bytes = bytesOf(text);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** @param {string} text */
export function float16s(text) {
  const bytes = bytesOf(text);
  return Float32Array.from({ length: bytes.length / 2 }, (_, i) => half(bytes[2 * i] | (bytes[2 * i + 1] << 8)));
}

/**
 * Whole numbers q from −127 to 127, each row with a scale s of its own: w = s q.
 *
 * @param {string} text @param {Float32Array} scales @param {number} columns
 */
function scaled(text, scales, columns) {
  const whole = new Int8Array(bytesOf(text).buffer);
  const found = new Float32Array(whole.length);
  for (let i = 0; i < whole.length; i++) found[i] = whole[i] * scales[Math.floor(i / columns)];
  return found;
}

/**
 * @typedef {{rows: number, columns: number, weight: Float32Array, bias: Float32Array, off?: Set<number>}} Linear
 *   off: units that are switched off. A layer is never changed in place: another one takes its place
 * @typedef {{classes: string[], size: [number, number], preprocessing: string, crop: string, ground: string,
 *   act: string, temperature: number, bits: number, columnsFirst: boolean, layers: Linear[], version: string,
 *   familiarity: any, provenance: Record<string, unknown>, forms: Record<string, string[]>}} Model
 */

/** The model of what the page holds as JSON. @returns {Model} @param {Packed} packed */
export function unpack(packed) {
  /** @type {Record<number, (text: string) => Float32Array>} */
  const read = { 32: float32s, 16: float16s };
  const layers = packed.layers.map(({ rows, columns, weight, scales, bias }) => ({
    rows,
    columns,
    weight: packed.bits === 8 ? scaled(weight, float32s(/** @type {string} */ (scales)), columns) : read[packed.bits](weight),
    bias: float32s(bias),
  }));
  return { ...packed, layers };
}
