// Draws HTML cards with satori + resvg-js and with takumi, each with the fonts that it can read.
//
//   node peers.mjs JOBS.json     JOBS: {width, height, scale, fonts: [...], cards: [{id, path, out: {satori, takumi, "takumi-content-box"}}]}
//
// Prints one JSON line per card: {id, [peer]: {ms} | {error}}.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { Resvg } from "@resvg/resvg-js";
import { Renderer } from "@takumi-rs/core";
import { fromHtml } from "@takumi-rs/helpers/html";
import { parse } from "parse5";
import satori from "satori";

const jobs = JSON.parse(readFileSync(process.argv[2], "utf8"));
const MIME = { png: "image/png", jpg: "image/jpeg", webp: "image/webp", gif: "image/gif", svg: "image/svg+xml", avif: "image/avif" };
// React's names of the SVG attributes that have capitals or hyphens.
const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

function inlineImages(html, folder) {
  return html.replace(/(src=")([^":]+)(")/g, (_, open, path, close) => {
    const type = MIME[path.split(".").pop()];
    return `${open}data:${type};base64,${readFileSync(resolve(folder, path)).toString("base64")}${close}`;
  });
}

function styleObject(text) {
  const style = {};
  for (const part of text.match(/(?:[^;()]|\([^()]*(?:\([^()]*\)[^()]*)*\))+/g) ?? []) {
    const colon = part.indexOf(":");
    if (colon < 0) continue;
    const name = part.slice(0, colon).trim();
    style[name.startsWith("--") ? name : camel(name.replace(/^-(?=[a-z])/, "-"))] = part.slice(colon + 1).trim();
  }
  return style;
}

function toElement(node) {
  if (node.nodeName === "#text") return node.value;
  const props = {};
  for (const { name, value } of node.attrs ?? []) {
    if (name === "style") props.style = styleObject(value);
    else props[name === "class" ? "className" : node.namespaceURI.endsWith("svg") ? camel(name) : name] = value;
  }
  if (node.nodeName === "style") {
    props.dangerouslySetInnerHTML = { __html: node.childNodes.map((child) => child.value).join("") };
    return { type: "style", props };
  }
  const children = (node.childNodes ?? []).filter((child) => child.nodeName !== "#comment").map(toElement);
  if (children.length) props.children = children;
  return { type: node.nodeName, props };
}

const find = (node, name) => node.childNodes.find((child) => child.nodeName === name);

function satoriTree(html) {
  const root = find(parse(html), "html");
  const styles = find(root, "head").childNodes.filter((child) => child.nodeName === "style").map(toElement);
  const body = toElement(find(root, "body"));
  const margin = { display: "block", width: "100%", height: "100%", background: "#fff" };
  return { type: "div", props: { style: margin, children: [...styles, { type: "body", props: body.props }] } };
}

const fontData = new Map();
const bytes = (path) => fontData.get(path) ?? fontData.set(path, readFileSync(path)).get(path);
const satoriFonts = jobs.fonts.static.map((font) => ({ ...font, data: bytes(font.path) }));
const takumi = new Renderer();
for (const font of jobs.fonts.variable) await takumi.registerFont({ name: font.name, generic: font.generic, data: bytes(font.path) });

const CONTENT_BOX = "*, *::before, *::after { box-sizing: content-box }";

async function timed(draw, out) {
  try {
    const start = performance.now();
    const png = await draw();
    const ms = performance.now() - start;
    writeFileSync(out, png);
    return { ms };
  } catch (error) {
    return { error: String(error.message ?? error).split("\n")[0].slice(0, 200) };
  }
}

for (const card of jobs.cards) {
  const html = inlineImages(readFileSync(card.path, "utf8"), dirname(card.path));
  const result = { id: card.id };
  result.satori = await timed(async () => {
    const svg = await satori(satoriTree(html), { width: jobs.width, height: jobs.height, fonts: satoriFonts, onStyleError() {} });
    return new Resvg(svg, { font: { loadSystemFonts: false }, fitTo: { mode: "width", value: jobs.width * jobs.scale } }).render().asPng();
  }, card.out.satori);
  // takumi sizes border boxes unless told otherwise; the cards mean CSS's own initial value.
  for (const [name, sheets] of [["takumi", []], ["takumi-content-box", [CONTENT_BOX]]]) {
    result[name] = await timed(async () => {
      const { node, css } = await fromHtml(html);
      return takumi.render(node, { css: [...sheets, ...css], width: jobs.width, height: jobs.height, devicePixelRatio: jobs.scale, format: "png" });
    }, card.out[name]);
  }
  console.log(JSON.stringify(result));
}
