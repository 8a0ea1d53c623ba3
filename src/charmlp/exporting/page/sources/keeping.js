// What the network has learned is kept as a model file, and loaded again.

import { by } from "./elements.js";
import { NotAModel, fromFile, toFile } from "./modelfile.js";
import { say } from "./words.js";

const MOST_TOLD = 200; // changes that the file tells one by one
const NONE = "none";
const MOST_BYTES = 2 * 10 ** 8;
const OF_TRAINING = ["validation_accuracy", "epoch"]; // what no longer holds of a network that was changed

/**
 * Where the network comes from, as its file tells it: what was changed in the page since it came or was loaded, and
 * that figures are of before.
 *
 * @param {import("./weights.js").Model} model @param {import("./changes.js").Changes} changes
 */
export function provenanceOf({ provenance, bits }, changes) {
  const loaded = changes.told.map(({ key }) => key).lastIndexOf("did.load");
  const told = changes.told.slice(loaded + 1).map(({ key, blanks }) => say(key, blanks, "en"));
  if (!told.length && bits === 32) return provenance;
  const earlier = [provenance.page_changes].filter((words) => typeof words === "string" && words !== NONE);
  const some = told.length > MOST_TOLD ? [`${told.length - MOST_TOLD} changes`, ...told.slice(-MOST_TOLD)] : told;
  const isBefore = (/** @type {string} */ name) => OF_TRAINING.includes(name);
  const before = Object.fromEntries(Object.entries(provenance).filter(([name]) => isBefore(name)));
  const rest = Object.fromEntries(Object.entries(provenance).filter(([name]) => !isBefore(name)));
  return {
    ...rest,
    page_weights: provenance.page_weights ?? `of ${bits} bits`,
    page_changes: [...earlier, ...some].join("; ") || NONE,
    ...(Object.keys(before).length ? { before_the_page: before } : {}),
  };
}

/** The buttons that download and load. @param {import("./weights.js").Model} model @param {import("./changes.js").Changes} changes */
export function connectKeeping(model, changes) {
  by("keep").addEventListener("click", () => {
    const bytes = toFile(model, provenanceOf(model, changes));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    link.download = "model.safetensors";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    by("kept").textContent = say("keep.done");
  });
  by("load").addEventListener("click", () => by("model-file").click());
  by("model-file").addEventListener("change", async () => {
    const [file] = by("model-file").files;
    by("model-file").value = "";
    if (file) await load(file, model, changes);
  });
}

/** @param {File} file @param {import("./weights.js").Model} model @param {import("./changes.js").Changes} changes */
async function load(file, model, changes) {
  try {
    if (file.size > MOST_BYTES) throw new NotAModel("load.large");
    const parts = fromFile(new Uint8Array(await file.arrayBuffer()));
    changes.make({ key: "did.load", blanks: { name: file.name } }, parts);
    by("kept").textContent = say("load.done", { name: file.name });
  } catch (error) {
    if (!(error instanceof NotAModel)) throw error;
    by("kept").textContent = `${file.name}: ${say(error.key, error.blanks)}`;
  }
}
