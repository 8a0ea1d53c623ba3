// A drawing is its strokes, not its pixels: so the same letter, moved or made larger, is the same picture.
//
// A stroke is a list of points {x, y, press}: lengths in any unit, press the pen's width, 1 where it has none.

const PEN = 0.065; // radius of the pen, in parts of the letter's longer side
const AIR = 0.015; // air around the ink, as rendered training letters have on average
const THINNEST = 0.3; // width of a picture to its height: so wide do people crop an I
const PIXELS = 96; // pixels of the picture's longer side

/**
 * How wide a pointer draws: a mouse says 0.5, a finger that knows no pressure 0 or 1, and only a pen means it.
 *
 * @param {string} pointerType @param {number} pressure
 */
export function pressOf(pointerType, pressure) {
  return pointerType === "pen" && pressure > 0 ? 0.4 + 1.2 * pressure : 1;
}

/** @typedef {{x: number, y: number, r: number}} Nib the pen at a point of the picture */

/** @param {{x: number, y: number}[][]} strokes at least one point */
function extent(strokes) {
  const points = strokes.flat();
  const range = (/** @type {"x" | "y"} */ key) => points.reduce(([a, b], p) => [Math.min(a, p[key]), Math.max(b, p[key])], [Infinity, -Infinity]);
  const [left, right] = range("x");
  const [top, bottom] = range("y");
  return { left, right, top, bottom, longer: Math.max(right - left, bottom - top) };
}

/**
 * The part of the plane that becomes the picture: the ink with some air, and not too narrow.
 *
 * @param {Box & {longer: number}} given @param {number} pen
 */
function frame({ left, right, top, bottom, longer }, pen) {
  const air = pen + AIR * longer;
  const height = Math.max(bottom - top + 2 * air, THINNEST * (right - left + 2 * air));
  const width = Math.max(right - left + 2 * air, THINNEST * height);
  return { x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height };
}

/**
 * The drawing as light ink on black: grey bytes height × width.
 *
 * The pen is as wide as the letter's size asks for, whatever it was on the screen; `least` is the size below
 * which a dot stays a dot.
 * @param {Stroke[]} strokes @param {number} least
 */
export function picture(strokes, least) {
  const ink = extent(strokes);
  const longer = Math.max(ink.longer, least);
  const pen = PEN * longer;
  const { x, y, width: w, height: h } = frame({ ...ink, longer }, pen);
  const scale = PIXELS / Math.max(w, h);
  const [width, height] = [Math.round(w * scale), Math.round(h * scale)];
  const grey = new Uint8Array(height * width);
  for (const stroke of strokes) {
    const points = stroke.map((p) => ({ x: (p.x - x) * scale - 0.5, y: (p.y - y) * scale - 0.5, r: pen * scale * p.press }));
    points.forEach((point, i) => segment(grey, height, width, points[Math.max(0, i - 1)], point));
  }
  return { grey, height, width };
}

/**
 * Ink from a to b: a pixel's share of it falls from 1 to 0 at the pen's edge, within one pixel.
 *
 * @param {Uint8Array} grey @param {number} height @param {number} width @param {Nib} a @param {Nib} b
 */
function segment(grey, height, width, a, b) {
  const reach = Math.max(a.r, b.r) + 1;
  const [along, down] = [b.x - a.x, b.y - a.y];
  const length = along * along + down * down;
  const [x0, x1] = [Math.max(0, Math.floor(Math.min(a.x, b.x) - reach)), Math.min(width - 1, Math.ceil(Math.max(a.x, b.x) + reach))];
  const [y0, y1] = [Math.max(0, Math.floor(Math.min(a.y, b.y) - reach)), Math.min(height - 1, Math.ceil(Math.max(a.y, b.y) + reach))];
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const t = length ? Math.min(1, Math.max(0, ((x - a.x) * along + (y - a.y) * down) / length)) : 0;
      const [aside, off, edge] = [x - a.x - t * along, y - a.y - t * down, a.r + t * (b.r - a.r) + 0.5];
      const square = aside * aside + off * off;
      if (square >= edge * edge) continue;
      const level = Math.round(255 * Math.min(1, edge - Math.sqrt(square)));
      if (level > grey[y * width + x]) grey[y * width + x] = level;
    }
  }
}

/**
 * The strokes without what lies within `radius` of a place; a stroke that is cut becomes two.
 *
 * @param {Stroke[]} strokes @param {{x: number, y: number}} place @param {number} radius
 */
export function erased(strokes, place, radius) {
  const gone = (/** @type {Point} */ point) => Math.hypot(point.x - place.x, point.y - place.y) < radius;
  return strokes.flatMap((stroke) => {
    if (!stroke.some(gone)) return [stroke];
    /** @type {Stroke[]} */
    const parts = [[]];
    for (const point of stroke) {
      if (!gone(point)) parts[parts.length - 1].push(point);
      else if (parts[parts.length - 1].length) parts.push([]);
    }
    return parts.filter((part) => part.length);
  });
}
