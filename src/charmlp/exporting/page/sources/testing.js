// What node runs when a page is exported: the way from pixels to probabilities, on the pictures that it is handed.

import { readFileSync } from "node:fs";
import { predict } from "./reading.js";
import { unpack } from "./weights.js";

const asked = JSON.parse(readFileSync(0, "utf8"));
const unpacked = unpack(asked.model);
const answers = asked.pictures.map(([height, width, grey]) => [...predict(unpacked, Buffer.from(grey, "base64"), height, width)]);
process.stdout.write(JSON.stringify(answers));
