// A small net to do by hand, and formulas to type: what the page holds for them is unpacked when it is opened.

import { ByHand } from "./byhand.js";
import { by } from "./elements.js";
import { Typing } from "./typing.js";
import { say } from "./words.js";

/** JSON of what was deflated and written in base64. @param {string} text */
export async function inflated(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}

/** Set up the section; it shows itself anew when it is called. @returns {Promise<() => void>} */
export async function openHand() {
  if (!("DecompressionStream" in globalThis)) return () => (by("hand-given").textContent = say("hand.old"));
  const lesson = await inflated(by("lesson").textContent.trim());
  const parts = [new ByHand(lesson), new Typing(lesson)];
  by("hand-all").hidden = false;
  return () => parts.forEach((part) => part.show());
}
