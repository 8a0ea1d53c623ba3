// What node runs when a page is exported: the way from pixels to probabilities, on the pictures that it is handed.

// @ts-expect-error: node has no types here
import { readFileSync } from "node:fs";
import { predict } from "./reading.js";
import { bytesOf, unpack } from "./weights.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const unpacked = unpack(asked.model);
const answers = asked.pictures.map((/** @type {[number, number, string]} */ [height, width, grey]) => [...predict(unpacked, bytesOf(grey), height, width)]);
console.log(JSON.stringify(answers));
