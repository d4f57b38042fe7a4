// satori and takumi with their fonts, and the way from HTML to the trees that they draw.
import { parse } from "parse5";

export const FORMAT_OPTIONS = {
  png: { format: "png" }, raw: { format: "raw" }, jpeg: { format: "jpeg", quality: 85 }, webp: { format: "webp", quality: 85 },
};
// takumi sizes border boxes unless told otherwise; cards mean CSS's own initial value.
const CONTENT_BOX = "*, *::before, *::after { box-sizing: content-box }";

export async function loadTakumi(fonts, read) {
  const { Renderer } = await import("@takumi-rs/core");
  const takumi = new Renderer();
  for (const { name, path, generic } of fonts.variable) await takumi.registerFont({ name, generic, data: read(path) });
  return takumi;
}

export async function load(fonts, read) {
  const { default: satori } = await import("satori");
  const { Resvg } = await import("@resvg/resvg-js");
  const takumi = await loadTakumi(fonts, read);
  return { satori, Resvg, takumi, satoriFonts: fonts.static.map((font) => ({ ...font, data: read(font.path) })) };
}

export async function takumiTree(html, contentBox) {
  const { fromHtml } = await import("@takumi-rs/helpers/html");
  const { node, css } = await fromHtml(html.replaceAll(' dir="auto"', ""));  // it knows ltr and rtl alone
  return { node, css: contentBox ? [CONTENT_BOX, ...css] : css };
}

const camel = (name) => name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());

function styleObject(text) {
  const style = {};
  for (const part of text.match(/(?:[^;()]|\([^()]*(?:\([^()]*\)[^()]*)*\))+/g) ?? []) {
    const colon = part.indexOf(":");
    if (colon < 0) continue;
    const name = part.slice(0, colon).trim();
    style[name.startsWith("--") ? name : camel(name)] = part.slice(colon + 1).trim();
  }
  return style;
}

function element(node) {
  if (node.nodeName === "#text") return node.value;
  const props = {};
  for (const { name, value } of node.attrs ?? []) {
    if (name === "style") props.style = styleObject(value);
    else props[name === "class" ? "className" : node.namespaceURI.endsWith("svg") ? camel(name) : name] = value;
  }
  const children = (node.childNodes ?? []).filter((child) => child.nodeName !== "#comment").map(element);
  props.children = children.filter((child) => typeof child !== "string" || child.trim());
  return { type: node.nodeName, props };
}

const find = (node, name) => node.childNodes.find((child) => child.nodeName === name);

export function satoriTree(html) {
  const root = find(parse(html), "html");
  const styles = find(root, "head").childNodes.filter((child) => child.nodeName === "style").map((child) => (
    { type: "style", props: { dangerouslySetInnerHTML: { __html: child.childNodes.map(({ value }) => value).join("") } } }
  ));
  const page = { display: "block", width: "100%", height: "100%", background: "#fff" };
  return { type: "div", props: { style: page, children: [...styles, element(find(root, "body"))] } };
}
