// Arrays as NumPy has them: shapes, broadcasting, products of matrices, sums along an axis.

/** @typedef {{shape: number[], data: Float64Array}} Numbers an array of numbers, row by row */

/** What is wrong with a formula: the key of a sentence, and what fills its blanks. */
export class Complaint extends Error {
  /** @param {string} key @param {Record<string, string | number>} blanks */
  constructor(key, blanks = {}) {
    super(key);
    this.key = key;
    this.blanks = blanks;
  }
}

/** @param {number[]} shape */
const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1);

/** One number. @param {number} x @returns {Numbers} */
export const scalar = (x) => ({ shape: [], data: Float64Array.of(x) });

/** (5, 3). @param {number[]} shape */
export const shapeText = (shape) => `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;

/** @param {number[]} one @param {number[]} other */
export const isSameShape = (one, other) => one.length === other.length && one.every((size, i) => size === other[i]);

/** The shape to which arrays are spread, the shorter ones from the left. @param {string} sign @param {number[][]} shapes */
function spread(sign, shapes) {
  const rank = Math.max(...shapes.map(({ length }) => length));
  const padded = shapes.map((shape) => [...Array(rank - shape.length).fill(1), ...shape]);
  const common = Array.from({ length: rank }, (_, axis) => padded.reduce((size, shape) => (size === 1 ? shape[axis] : size), 1));
  if (padded.some((shape) => shape.some((size, axis) => size !== 1 && size !== common[axis]))) {
    throw new Complaint("formula.shapes", { sign, shapes: shapes.map(shapeText).join(", ") });
  }
  return common;
}

/** Where an array has the element that stands at place `at` of the shape to which it is spread. @param {number[]} own @param {number[]} common @param {number} at */
function placeIn(own, common, at) {
  let [place, step] = [0, 1];
  for (let axis = common.length - 1, mine = own.length - 1; mine >= 0; axis--, mine--) {
    if (own[mine] > 1) place += (at % common[axis]) * step;
    step *= own[mine];
    at = Math.floor(at / common[axis]);
  }
  return place;
}

/** A function of the elements of several arrays. @param {string} sign of the function @param {(...x: number[]) => number} f @param {Numbers[]} some @returns {Numbers} */
export function elementwise(sign, f, ...some) {
  const shape = spread(sign, some.map((each) => each.shape));
  const data = new Float64Array(sizeOf(shape));
  for (let at = 0; at < data.length; at++) data[at] = f(...some.map((each) => each.data[placeIn(each.shape, shape, at)]));
  return { shape, data };
}

/** aᵀ. @param {Numbers} a @returns {Numbers} */
export function transposed({ shape, data }) {
  if (shape.length < 2) return { shape, data };
  const [rows, columns] = shape;
  return { shape: [columns, rows], data: data.map((_, at) => data[(at % rows) * columns + Math.floor(at / rows)]) };
}

/** a @ b, of matrices and vectors. @param {Numbers} a @param {Numbers} b @returns {Numbers} */
export function product(a, b) {
  const [left, right] = [a.shape.length === 1 ? [1, ...a.shape] : a.shape, b.shape.length === 1 ? [...b.shape, 1] : b.shape];
  if (!a.shape.length || !b.shape.length || left[1] !== right[0]) {
    throw new Complaint("formula.shapes", { sign: "@", shapes: `${shapeText(a.shape)}, ${shapeText(b.shape)}` });
  }
  const [rows, inner, columns] = [...left, right[1]];
  const data = new Float64Array(rows * columns);
  for (let at = 0; at < data.length; at++) {
    const [i, j] = [Math.floor(at / columns), at % columns];
    for (let k = 0; k < inner; k++) data[at] += a.data[i * inner + k] * b.data[k * columns + j];
  }
  return { shape: [...a.shape.slice(0, -1), ...b.shape.slice(1)], data };
}

/**
 * A function of the numbers along an axis; of all where that is null.
 *
 * @param {(numbers: number[]) => number} f
 * @param {Numbers} a
 * @param {number | null} axis
 * @param {boolean} keepdims
 * @returns {Numbers}
 */
export function reduced(f, { shape, data }, axis, keepdims) {
  if (axis === null) return { shape: keepdims ? shape.map(() => 1) : [], data: Float64Array.of(f([...data])) };
  const along = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(along) || along < 0 || along >= shape.length) throw new Complaint("formula.axis", { axis, shape: shapeText(shape) });
  const inner = sizeOf(shape.slice(along + 1));
  const found = Float64Array.from({ length: data.length / shape[along] }, (_, at) => {
    const first = Math.floor(at / inner) * inner * shape[along] + (at % inner);
    return f(Array.from({ length: shape[along] }, (_, k) => data[first + k * inner]));
  });
  return { shape: shape.flatMap((size, i) => (i !== along ? [size] : keepdims ? [1] : [])), data: found };
}
