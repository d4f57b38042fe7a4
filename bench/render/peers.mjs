// Times satori + resvg-js and takumi on the same card. Lines of JSON in, one line of JSON out for each.
//
//   {"engine": "satori" | "takumi", "format": "png" | "jpeg" | "webp" | "raw", "html": "…"}  →  {"ms": …, "bytes": …}
//
// The first line holds the fonts: {"static": [{name, path, weight, style}], "variable": [{name, path}]}.
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { Resvg } from "@resvg/resvg-js";
import { Renderer } from "@takumi-rs/core";
import { fromHtml } from "@takumi-rs/helpers/html";
import { parse } from "parse5";
import satori from "satori";

const [width, height] = [1200, 630];
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const fonts = JSON.parse((await lines.next()).value);
const satoriFonts = fonts.static.map((font) => ({ ...font, data: readFileSync(font.path) }));
const takumi = new Renderer();
for (const { name, path } of fonts.variable) await takumi.registerFont({ name, data: readFileSync(path) });

const find = (node, name) => node.childNodes.find((child) => child.nodeName === name);
function element(node) {
  if (node.nodeName === "#text") return node.value;
  const props = Object.fromEntries(node.attrs.map(({ name, value }) => [name === "class" ? "className" : name, value]));
  const children = node.childNodes.map(element).filter((child) => typeof child !== "string" || child.trim());
  return { type: node.nodeName, props: { ...props, children } };
}

// What a site would hold ready: the tree and the styles. Parsing HTML is timed for nobody but Emblazon.
function prepare(html) {
  const root = find(parse(html), "html");
  const css = find(find(root, "head"), "style").childNodes[0].value;
  const style = { type: "style", props: { dangerouslySetInnerHTML: { __html: css } } };
  const body = element(find(root, "body"));
  return { type: "div", props: { style: { display: "flex" }, children: [style, body] } };
}

async function draw({ engine, format, html }) {
  if (engine === "satori") {
    const tree = prepare(html);
    const start = performance.now();
    const svg = await satori(tree, { width, height, fonts: satoriFonts });
    const image = new Resvg(svg, { font: { loadSystemFonts: false } }).render();  // the text is paths already
    const bytes = format === "raw" ? image.pixels : image.asPng();
    return { ms: performance.now() - start, bytes: bytes.length };
  }
  const { node, css } = await fromHtml(html);
  const start = performance.now();
  const bytes = await takumi.render(node, { css, width, height, format, quality: format === "png" ? undefined : 85 });
  return { ms: performance.now() - start, bytes: bytes.length };
}

for await (const line of lines) console.log(JSON.stringify(await draw(JSON.parse(line))));
