// A picture of many tiles, of which one is chosen by mouse, finger or keyboard. To a screen reader it is a
// slider: arrow keys go from tile to tile, and each says what it is.

import { diverging, divergingColour, largest, palette } from "./colours.js";
import { contextOf } from "./elements.js";
import { say, shown } from "./words.js";

const NARROW = 500; // CSS pixels: a phone
const PHONE = 0.65; // tiles there

export class Tiles {
  columns = 1;
  cell = 0; // from one tile to the next, in CSS pixels
  tall = 0;
  small = document.createElement("canvas"); // pixel by pixel
  /**
   * @param {{count: number, columns?: number, ratio?: number, side: number, gap: number,
   *   paint?: (context: CanvasRenderingContext2D, tile: number, x: number, y: number, width: number, height: number) => void,
   *   image?: () => ImageData,
   *   told: (tile: number) => string, choose: (tile: number) => void}} options
   *   image instead of paint where tiles are the pixels of a picture;
   *   columns fixed, or as many as there is room for; side the least of a tile, in CSS pixels, smaller on a
   *   phone; ratio height to width
   */
  constructor(options) {
    this.options = options;
    this.chosen = 0;
    this.isMarked = false;
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.className = "tiles";
    this.canvas.setAttribute("role", "slider");
    this.canvas.setAttribute("aria-valuemin", "1");
    this.canvas.setAttribute("aria-valuemax", String(options.count));
    this.canvas.addEventListener("click", (event) => this.click(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    for (const name of ["focus", "blur"]) this.canvas.addEventListener(name, () => this.paint());
    new ResizeObserver(() => this.layOut()).observe(this.canvas);
    this.tell();
  }

  layOut() {
    const { count, columns, gap, ratio = 1 } = this.options;
    const width = this.canvas.clientWidth;
    const side = width < NARROW ? PHONE * this.options.side : this.options.side;
    if (!width) return;
    this.columns = columns ?? Math.max(1, Math.min(count, Math.floor((width + gap) / (side + gap))));
    this.cell = (width + gap) / this.columns;
    this.tall = (this.cell - gap) * ratio + gap;
    const height = Math.ceil(count / this.columns) * this.tall - gap;
    this.canvas.style.blockSize = `${height}px`;
    this.canvas.width = Math.round(width * devicePixelRatio);
    this.canvas.height = Math.round(height * devicePixelRatio);
    this.paint();
  }

  paint() {
    if (!this.cell) return;
    const { count, gap, paint, image } = this.options;
    const context = contextOf(this.canvas);
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = false;
    const place = (/** @type {number} */ cells, /** @type {number} */ length) => Math.round(cells * length * devicePixelRatio) / devicePixelRatio; // no seams
    /** @returns {Place} */
    const box = (/** @type {number} */ tile) => {
      const [column, row] = [tile % this.columns, Math.floor(tile / this.columns)];
      const [x, y] = [place(column, this.cell), place(row, this.tall)];
      return [x, y, place(column + 1, this.cell) - x - gap, place(row + 1, this.tall) - y - gap];
    };
    if (image) this.paintImage(context, image());
    else for (let tile = 0; paint && tile < count; tile++) paint(context, tile, ...box(tile));
    context.globalAlpha = 1;
    if (!this.isMarked && document.activeElement !== this.canvas) return;
    const [x, y, width, height] = box(this.chosen);
    context.strokeStyle = `rgb(${palette().ink})`;
    context.lineWidth = 2;
    context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
  }

  /** @param {CanvasRenderingContext2D} context @param {ImageData} pixels */
  paintImage(context, pixels) {
    [this.small.width, this.small.height] = [pixels.width, pixels.height];
    contextOf(this.small).putImageData(pixels, 0, 0);
    context.drawImage(this.small, 0, 0, this.columns * this.cell, pixels.height * this.tall);
  }

  /** Which tile is marked as chosen; none where it is null. @param {number | null} tile */
  mark(tile) {
    this.isMarked = tile !== null;
    this.chosen = tile ?? this.chosen;
    this.tell();
    this.paint();
  }

  tell() {
    this.canvas.setAttribute("aria-valuenow", String(this.chosen + 1));
    this.canvas.setAttribute("aria-valuetext", this.options.told(this.chosen));
  }

  /** @param {MouseEvent} event */
  click(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.min(this.columns - 1, Math.floor((event.clientX - box.left) / this.cell));
    const tile = Math.floor((event.clientY - box.top) / this.tall) * this.columns + column;
    if (tile < this.options.count) this.go(tile);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { count } = this.options;
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns, Home: -count, End: count };
    if (!(event.key in steps) && event.key !== "Enter") return;
    event.preventDefault();
    this.go(Math.min(count - 1, Math.max(0, this.chosen + (steps[event.key] ?? 0))));
  }

  /** @param {number} tile */
  go(tile) {
    this.mark(tile);
    this.options.choose(tile);
  }
}

const SMALL_SIDE = 13; // of a unit in a row
const TALLEST = 22; // of a picture, in rem

/**
 * Numbers to be chosen from, as colours: a matrix or an image of so many columns, or units in a row.
 *
 * @param {{title: string, values: ArrayLike<number>, columns: number | null}} what @param {(at: number) => void} choose
 */
export function valueTiles({ title, values, columns }, choose) {
  const list = Float64Array.from(values);
  const most = largest(list);
  const told = (/** @type {number} */ at) => say("value", { name: `${title} ${placeOf(at, columns)}`, value: shown(list[at], 4) });
  const common = { count: list.length, told, choose };
  const rows = Math.ceil(list.length / (columns ?? 1));
  const tiles = columns
    ? new Tiles({ ...common, columns, side: 1, gap: 0, image: () => diverging(list, 0.7 * most, columns, rows) })
    : new Tiles({ ...common, side: SMALL_SIDE, gap: 1, paint: (context, at, ...box) => paintValue(context, list[at], most, box) });
  tiles.canvas.setAttribute("aria-label", title);
  if (columns) tiles.canvas.style.maxInlineSize = `${Math.min(60, (TALLEST * columns) / rows)}rem`;
  return tiles;
}

/** Row and column, or number. @param {number} at @param {number | null} columns */
const placeOf = (at, columns) => (columns ? `${Math.floor(at / columns) + 1},${(at % columns) + 1}` : String(at + 1));

/** @param {CanvasRenderingContext2D} context @param {number} value @param {number} most @param {Place} place */
function paintValue(context, value, most, [x, y, width, height]) {
  context.fillStyle = divergingColour(value, most);
  context.fillRect(x, y, width, height);
}
