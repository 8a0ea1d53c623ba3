// Pictures from files as grey bytes, made grey as Pillow does.

const MOST_PIXELS = 50e6;

/**
 * @param {Blob} file
 * @param {string} ground what lies under transparent pixels: "white", or by what is seen, as charmlp's --ground has it
 * @returns {Promise<{grey: Uint8Array, height: number, width: number, bitmap: ImageBitmap}>} rejected for what is no picture
 */
export async function openPicture(file, ground) {
  const bitmap = await createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  const { width, height } = bitmap;
  if (width * height > MOST_PIXELS) throw new RangeError("too many pixels");
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { grey: greyOf(data, ground), height, width, bitmap };
}

/**
 * (19595 R + 38470 G + 7471 B + 32768) / 65536, rounded down, of pixels laid on white or black.
 *
 * @param {Uint8ClampedArray} data @param {string} ground
 */
export function greyOf(data, ground) {
  const grey = new Uint8Array(data.length / 4);
  let [light, visible] = [0, 0];
  for (let i = 0; i < grey.length; i++) {
    grey[i] = Math.floor((19595 * data[4 * i] + 38470 * data[4 * i + 1] + 7471 * data[4 * i + 2] + 32768) / 65536);
    light += (grey[i] * data[4 * i + 3]) / 255;
    visible += data[4 * i + 3];
  }
  if (visible === 255 * grey.length) return grey;
  const under = ground !== "white" && 2 * light > visible ? 0 : 255;
  return grey.map((level, i) => Math.round(under + ((level - under) * data[4 * i + 3]) / 255));
}

/**
 * Have `take` called with every picture that is dropped on the page, pasted into it, or chosen.
 *
 * @param {HTMLInputElement} input @param {(file: File) => void} take
 */
export function listenForPictures(input, take) {
  const first = (/** @type {FileList | null | undefined} */ files) => [...(files ?? [])].find((file) => file.type.startsWith("image/")) ?? files?.[0];
  const given = (/** @type {Event} */ event, /** @type {FileList | null | undefined} */ files) => {
    const file = first(files);
    if (!file) return;
    event.preventDefault();
    take(file);
  };
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    given(event, event.dataTransfer?.files);
  });
  document.addEventListener("paste", (event) => given(event, event.clipboardData?.files));
  input.addEventListener("change", (event) => {
    given(event, input.files);
    input.value = "";
  });
}
