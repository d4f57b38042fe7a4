// One card with satori + resvg-js from a cold start: node satori_once.mjs CARD.html OUT.png FONT=WEIGHT=FILE…
import { readFileSync, writeFileSync } from "node:fs";
import { Resvg } from "@resvg/resvg-js";
import satori from "satori";
import { satoriTree } from "./peer_engines.mjs";

const [card, out, ...files] = process.argv.slice(2);
const fonts = files.map((file) => {
  const [name, weight, path] = file.split("=");
  return { name, weight: Number(weight), data: readFileSync(path) };
});
const svg = await satori(satoriTree(readFileSync(card, "utf8")), { width: 1200, height: 630, fonts });
writeFileSync(out, new Resvg(svg, { font: { loadSystemFonts: false } }).render().asPng());
