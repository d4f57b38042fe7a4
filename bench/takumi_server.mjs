// A Node server that draws cards with takumi, as a site would write it: the trees are made once.
//
// Reads one line of JSON: {"port": n, "fonts": {…}, "cards": {name: html with the text TITLE}}.
// GET /name?title=… answers a PNG.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { loadTakumi, takumiTree } from "./peer_engines.mjs";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { port, fonts, cards } = JSON.parse((await lines.next()).value);
const takumi = await loadTakumi(fonts, readFileSync);
const trees = new Map();
for (const [name, html] of Object.entries(cards)) trees.set(name, await takumiTree(html, true));

const filled = (value, title) => (
  typeof value === "string" ? value.replaceAll("TITLE", title)
    : Array.isArray(value) ? value.map((item) => filled(item, title))
      : value && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, filled(v, title)]))
        : value
);

createServer(async (request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  const { node, css } = trees.get(url.pathname.slice(1));
  const tree = filled(node, url.searchParams.get("title"));
  const png = await takumi.render(tree, { css, width: 1200, height: 630, format: "png" });
  response.writeHead(200, { "content-type": "image/png", "content-length": png.length }).end(png);
}).listen(port, "127.0.0.1", () => console.log("ready"));
