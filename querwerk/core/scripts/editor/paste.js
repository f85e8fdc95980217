// What is pasted from Word, Writer or a web page keeps its structure and drops its looks.
import { isTracker } from "./pictures.js";

const KEPT = { a: ["href", "title", "hreflang"], td: ["colspan", "rowspan"], th: ["colspan", "rowspan"], span: ["lang"] };
const DROPPED = "script,style,meta,link,title,iframe,object,embed,form,input,button,select,textarea,noscript,svg,math,xml,o\\:p";
const BOLD = /font-weight\s*:\s*(bold|[6-9]00)/i;
const NORMAL = /font-weight\s*:\s*(normal|[1-5]00)/i;

// What is pasted, without what is no text and without anything that would run.
export function readHtml(html) {
  const { body } = new DOMParser().parseFromString(harmless(html), "text/html");
  for (const element of body.querySelectorAll(DROPPED)) element.remove();
  return body;
}

// `makeNote` gets the words of a footnote and returns its key. `taken`: what became of each picture that is no tracker.
export function tidied(html, makeNote, taken = []) {
  if (html.includes("data-pm-slice")) return html; // from an editor like this one
  const body = readHtml(html);
  for (const element of body.querySelectorAll("[data-card]")) element.removeAttribute("data-card");
  const images = [...body.querySelectorAll("img")].filter((image) => !isTracker(image));
  footnotes(body, makeNote);
  lists(body);
  for (const element of [...body.querySelectorAll("p.MsoTitle, p.Title")]) rename(element, "h2");
  for (const element of [...body.querySelectorAll("*")]) emphasis(element);
  for (const element of [...body.querySelectorAll("blockquote, p.MsoQuote, p.MsoIntenseQuote")]) quote(element);
  for (const element of [...body.querySelectorAll("img")]) picture(element, images.indexOf(element), taken);
  for (const element of [...body.querySelectorAll("table")]) table(element);
  for (const element of body.querySelectorAll("*")) bare(element);
  comments(body);
  return body.innerHTML;
}

// The policy of the page forbids styles and handlers even in a document that is only read, so they go under other names.
function harmless(html) {
  const bare = html.replace(/<style[\s\S]*?<\/style\s*>/gi, "");
  return bare.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s"'/])style\s*=/gi, "$1data-style=").replace(/([\s"'/])on\w+\s*=/gi, "$1data-on="));
}

const styleOf = (element) => element.getAttribute("data-style") ?? "";

function rename(element, tag) {
  const other = element.ownerDocument.createElement(tag);
  for (const { name, value } of element.attributes) if (name.startsWith("data-")) other.setAttribute(name, value);
  other.append(...element.childNodes);
  element.replaceWith(other);
  return other;
}

function comments(root) {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  for (const one of found) one.remove();
}

// Word's footnotes: a reference in the text, a list of notes at the end.
function footnotes(body, makeNote) {
  for (const reference of [...body.querySelectorAll('a[href*="#_ftn"], a[href*="#_edn"]')]) {
    const name = reference.getAttribute("href").split("#_").pop();
    if (/ref/.test(name)) continue;
    const note = body.querySelector(`[id="${CSS.escape(name)}"]`);
    if (!note) continue;
    for (const back of note.querySelectorAll('a[href*="ref"]')) back.remove();
    const span = body.ownerDocument.createElement("span");
    span.setAttribute("data-note", makeNote(note.textContent.replace(/\s+/g, " ").trim()));
    reference.replaceWith(span);
  }
  for (const rest of [...body.querySelectorAll('[data-style*="mso-element:footnote"], [data-style*="mso-element:endnote"]')]) rest.remove();
}

// Word writes each point of a list as a paragraph that says its level and carries its mark as text.
function lists(body) {
  const isPoint = (element) => /mso-list\s*:\s*l\d+ level\d+/i.test(styleOf(element));
  for (const first of [...body.querySelectorAll("p")].filter(isPoint)) {
    if (!first.isConnected) continue;
    const points = [first];
    const isNext = (element) => element && isPoint(element) && listOf(element) === listOf(first);
    while (isNext(points.at(-1).nextElementSibling)) points.push(points.at(-1).nextElementSibling);
    first.before(nested(points));
    for (const point of points) point.remove();
  }
}

const listOf = (point) => /mso-list\s*:\s*(l\d+)/i.exec(styleOf(point))[1];

function nested(points) {
  const make = (tag) => points[0].ownerDocument.createElement(tag);
  const stack = [];
  for (const point of points) {
    const level = Math.min(Number(/level(\d+)/i.exec(styleOf(point))[1]), stack.length + 1);
    const mark = unmarked(point);
    stack.length = Math.min(stack.length, level);
    if (stack.length < level) {
      const list = make(/^[\s(]*(\d+|[a-z]{1,4})[.)]/i.test(mark) ? "ol" : "ul");
      if (stack.length) (stack.at(-1).lastElementChild ?? stack.at(-1).appendChild(make("li"))).append(list);
      stack.push(list);
    }
    const item = make("li");
    item.append(...point.childNodes);
    stack.at(-1).append(item);
  }
  return stack[0];
}

function unmarked(point) {
  const ignored = [...point.querySelectorAll('[data-style*="mso-list:Ignore"], [data-style*="mso-list: Ignore"]')];
  const mark = ignored.map((one) => one.textContent).join("");
  for (const one of ignored) one.remove();
  if (ignored.length) return mark;
  const text = point.firstChild?.nodeType === Node.TEXT_NODE ? point.firstChild : null;
  const found = text && /^\s*([·•o§–-]|\d+[.)])\s+/.exec(text.data);
  if (found) text.data = text.data.slice(found[0].length);
  return found?.[1] ?? "";
}

function emphasis(element) {
  const style = styleOf(element);
  const tag = element.localName;
  // Google Docs wraps everything into a bold element that is not bold.
  if ((tag === "b" || tag === "strong") && NORMAL.test(style)) return element.replaceWith(...element.childNodes);
  if (!["span", "font"].includes(tag)) return undefined;
  const wrap = [];
  if (BOLD.test(style)) wrap.push("strong");
  if (/font-style\s*:\s*italic/i.test(style)) wrap.push("em");
  if (/text-decoration[^;]*underline/i.test(style) && !element.closest("a")) wrap.push("u");
  if (/text-decoration[^;]*line-through/i.test(style)) wrap.push("s");
  if (/vertical-align\s*:\s*super/i.test(style)) wrap.push("sup");
  if (/vertical-align\s*:\s*sub/i.test(style)) wrap.push("sub");
  for (const name of wrap) {
    const inner = element.ownerDocument.createElement(name);
    inner.append(...element.childNodes);
    element.append(inner);
  }
  return undefined;
}

function quote(element) {
  const make = (tag) => element.ownerDocument.createElement(tag);
  const figure = make("figure");
  figure.setAttribute("data-quote", "");
  const words = make("blockquote");
  const source = make("figcaption");
  const said = element.querySelector("cite, footer");
  if (said) {
    source.append(...said.childNodes);
    said.remove();
  }
  const parts = element.localName === "p" ? [element] : [...element.children].filter((one) => one.textContent.trim());
  if (!parts.length) parts.push(element);
  parts.forEach((part, index) => words.append(...(index ? [make("br")] : []), ...part.childNodes));
  figure.append(words, source);
  element.replaceWith(figure);
}

// A picture that was taken in stands as a block of its own, behind the list, table or quotation that it was in.
function picture(element, number, taken) {
  const attrs = number < 0 ? null : taken[number];
  if (attrs) {
    const figure = element.ownerDocument.createElement("figure");
    figure.setAttribute("data-card", "image");
    figure.setAttribute("data-attrs", JSON.stringify(attrs));
    figure.append(element.ownerDocument.createElement("figcaption"));
    const holders = "table, ul, ol, [data-quote], p, h1, h2, h3, h4, h5, h6";
    let holder = element.closest(holders);
    while (holder?.parentElement?.closest(holders)) holder = holder.parentElement.closest(holders);
    (holder ?? element).after(figure);
  }
  const paragraph = element.closest("p");
  element.remove();
  if (paragraph && !paragraph.textContent.trim() && !paragraph.querySelector("img")) paragraph.remove();
}

function table(element) {
  if (element.closest("figure[data-table]")) return;
  const make = (tag) => element.ownerDocument.createElement(tag);
  const figure = make("figure");
  figure.setAttribute("data-table", "");
  const caption = make("figcaption");
  if (element.caption) {
    caption.append(...element.caption.childNodes);
    element.caption.remove();
  }
  for (const inner of [...element.querySelectorAll("table")]) inner.replaceWith(...inner.querySelectorAll("p, li"));
  for (const cell of element.querySelectorAll("thead td")) rename(cell, "th");
  for (const cell of element.querySelectorAll("td ul, td ol, td h1, td h2, td h3, td h4")) rename(cell, "p");
  element.before(figure);
  figure.append(caption, element);
}

function bare(element) {
  const kept = KEPT[element.localName] ?? [];
  for (const { name } of [...element.attributes]) {
    if (!kept.includes(name) && !["data-quote", "data-table", "data-note", "data-card", "data-attrs"].includes(name)) element.removeAttribute(name);
  }
  const href = element.getAttribute("href");
  if (href !== null && !/^(https?:|mailto:|tel:|#|\/(?!\/))/i.test(href)) element.removeAttribute("href");
}
