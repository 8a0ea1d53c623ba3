// What the page's modules hand one another, for tsc and for readers; no module imports it.

type Model = import("./weights.js").Model;
type Linear = import("./weights.js").Linear;
type Size = [height: number, width: number];

/** Numbers one after another: an array, or a typed one. */
interface Values extends ArrayLike<number> {
  forEach(action: (value: number, place: number) => void): void;
  reduce<T>(action: (found: T, value: number, place: number) => T, first: T): T;
}


/** A point of a stroke, in parts of the pad's side; press is how wide the pen draws there, 1 as usual. */
type Point = { x: number; y: number; press: number };
type Stroke = Point[];

/** A grey picture of a file, and as the browser has it. */
type Opened = { grey: Uint8Array; height: number; width: number; bitmap: ImageBitmap };

/** What is on the pad. */
type Drawn = { strokes: Stroke[]; image: Opened | null };

/** All that is computed of a picture; most: the largest of each layer's outputs, where they are shown. */
type Reading = {
  grey: Uint8Array;
  x: Float64Array;
  mean: number;
  deviation: number;
  layers: { z: Float64Array; y: Float64Array }[];
  probabilities: Float64Array;
  isBlank?: boolean;
  isDrawn?: boolean;
  isDark?: boolean | null;
};

/** Part of a picture, in pixels: right and bottom are outside. */
type Box = { left: number; top: number; right: number; bottom: number };

/** Where a tile is painted: x, y, width, height. */
type Place = [x: number, y: number, width: number, height: number];

/** What `charmlp export` writes into the page. */
type Packed = Omit<Model, "layers"> & {
  layers: { rows: number; columns: number; weight: string; scales?: string; bias: string }[];
};

declare var charmlp: unknown; // in the browser's console
