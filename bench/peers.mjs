// Draws cards with satori + resvg-js and with takumi. Lines of JSON in, one line of JSON out for each.
//
//   {"engine": "satori" | "takumi" | "takumi-border", "format": "png" | "jpeg" | "webp" | "raw", "html": "…"}
//   →  {"cpu": ms, "wall": ms, "parse": ms, "bytes": n} or {"error": "…"}
//
// "cpu" and "wall" are from the engine's own tree to bytes, all threads of the process together; "parse" is the CPU
// time from HTML to that tree. The first line holds the fonts:
// {"static": [{name, path, weight, style}], "variable": [{name, path, generic}]}.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { FORMAT_OPTIONS, load, satoriTree, takumiTree } from "./peer_engines.mjs";

const [width, height] = [1200, 630];
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { satori, takumi, Resvg, satoriFonts } = await load(JSON.parse((await lines.next()).value), readFileSync);

const cpu = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };

async function draw({ engine, format, html }) {
  const parseStart = cpu();
  const tree = engine === "satori" ? satoriTree(html) : await takumiTree(html, engine === "takumi");
  const parse = cpu() - parseStart;
  const [start, wallStart] = [cpu(), performance.now()];
  let bytes;
  if (engine === "satori") {
    const svg = await satori(tree, { width, height, fonts: satoriFonts, onStyleError() {} });
    const image = new Resvg(svg, { font: { loadSystemFonts: false } }).render();  // the text is paths already
    bytes = format === "raw" ? image.pixels : image.asPng();
  } else {
    bytes = await takumi.render(tree.node, { css: tree.css, width, height, ...FORMAT_OPTIONS[format] });
  }
  return { cpu: cpu() - start, wall: performance.now() - wallStart, parse, bytes: bytes.length };
}

for await (const line of lines) {
  let answer;
  try {
    answer = await draw(JSON.parse(line));
  } catch (error) {
    answer = { error: String(error.message ?? error).split("\n")[0].slice(0, 200) };
  }
  console.log(JSON.stringify(answer));
}
