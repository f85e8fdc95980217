// What a text is made of in the editor. It says the same as SHAPES in querwerk/core/prose/blocks.py.
import { Schema } from "prosemirror-model";
import { tableNodes } from "prosemirror-tables";

const key = { default: "" };
const keyOf = (dom) => ({ key: dom.getAttribute("data-key") ?? "" });
const keyed = (node) => (node.attrs.key ? { "data-key": node.attrs.key } : {});
const headings = [1, 2, 3, 4, 5, 6].map((level) => ({
  tag: `h${level}`,
  getAttrs: (dom) => ({ ...keyOf(dom), level: Math.max(2, level) }),
}));
const cells = tableNodes({ tableGroup: "", cellContent: "paragraph+", cellAttributes: {} });

// Blocks that show something stored elsewhere, or are no running text. Their words, where they have some, are inline.
const card = (attrs, content = "") => ({
  group: "block",
  content,
  atom: !content,
  isolating: true,
  selectable: true,
  draggable: true,
  attrs: { key, ...Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, { default: value }])) },
});
const asCard = (name, spec) => ({
  ...spec,
  parseDOM: [
    {
      tag: `figure[data-card="${name}"]`,
      getAttrs: (dom) => ({ ...JSON.parse(dom.getAttribute("data-attrs") ?? "{}"), ...keyOf(dom) }),
      contentElement: spec.content ? "figcaption" : undefined,
    },
  ],
  toDOM: (node) => {
    const outer = { "data-card": name, "data-attrs": JSON.stringify(node.attrs), ...keyed(node) };
    return spec.content ? ["figure", outer, ["figcaption", 0]] : ["figure", outer];
  },
});

const nodes = {
  doc: { content: "block+" },
  paragraph: {
    group: "block",
    content: "inline*",
    attrs: { key },
    parseDOM: [{ tag: "p", getAttrs: keyOf }],
    toDOM: (node) => ["p", keyed(node), 0],
  },
  heading: {
    group: "block",
    content: "inline*",
    defining: true,
    attrs: { key, level: { default: 2 } },
    parseDOM: headings,
    toDOM: (node) => [`h${node.attrs.level}`, keyed(node), 0],
  },
  bullet_list: {
    group: "block",
    content: "list_item+",
    attrs: { key },
    parseDOM: [{ tag: "ul", getAttrs: keyOf }],
    toDOM: (node) => ["ul", keyed(node), 0],
  },
  ordered_list: {
    group: "block",
    content: "list_item+",
    attrs: { key },
    parseDOM: [{ tag: "ol", getAttrs: keyOf }],
    toDOM: (node) => ["ol", keyed(node), 0],
  },
  list_item: {
    content: "paragraph (bullet_list | ordered_list)*",
    defining: true,
    attrs: { key },
    parseDOM: [{ tag: "li", getAttrs: keyOf }],
    toDOM: (node) => ["li", keyed(node), 0],
  },
  quote: {
    group: "block",
    content: "quote_text quote_source",
    defining: true,
    isolating: true,
    attrs: { key },
    parseDOM: [{ tag: "figure[data-quote]", getAttrs: keyOf }],
    toDOM: (node) => ["figure", { "data-quote": "", class: "prose__quote", ...keyed(node) }, 0],
  },
  quote_text: { content: "inline*", parseDOM: [{ tag: "blockquote", context: "quote/" }], toDOM: () => ["blockquote", 0] },
  quote_source: { content: "inline*", parseDOM: [{ tag: "figcaption", context: "quote/" }], toDOM: () => ["figcaption", 0] },
  table_block: {
    group: "block",
    content: "table_caption table",
    isolating: true,
    attrs: { key },
    parseDOM: [{ tag: "figure[data-table]", getAttrs: keyOf }],
    toDOM: (node) => ["figure", { "data-table": "", class: "table", ...keyed(node) }, 0],
  },
  table_caption: { content: "inline*", parseDOM: [{ tag: "figcaption", context: "table_block/" }], toDOM: () => ["figcaption", 0] },
  table: cells.table,
  table_row: cells.table_row,
  table_cell: cells.table_cell,
  table_header: cells.table_header,
  image: asCard("image", card({ picture: "", alt: "" }, "inline*")),
  gallery: asCard("gallery", card({ pictures: "" }, "inline*")),
  file: asCard("file", card({ file: "", title: "" })),
  link_card: asCard("link_card", card({ url: "", title: "", description: "" })),
  video: asCard("video", card({ url: "", file: "", title: "", poster: "" }, "inline*")),
  text: { group: "inline" },
  hard_break: { group: "inline", inline: true, selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
  note: {
    group: "inline",
    inline: true,
    atom: true,
    attrs: { key: { default: "" } },
    parseDOM: [{ tag: "span[data-note]", getAttrs: (dom) => ({ key: dom.getAttribute("data-note") }) }],
    toDOM: (node) => ["span", { "data-note": node.attrs.key }],
  },
};

const plainMark = (tag, ...others) => ({ parseDOM: [tag, ...others].map((name) => ({ tag: name })), toDOM: () => [tag, 0] });
const marks = {
  link: {
    inclusive: false,
    attrs: { href: {}, title: { default: null }, hreflang: { default: null } },
    parseDOM: [
      {
        tag: "a[href]",
        getAttrs: (dom) => ({
          href: dom.getAttribute("href"),
          title: dom.getAttribute("title"),
          hreflang: dom.getAttribute("hreflang"),
        }),
      },
    ],
    toDOM: (mark) => ["a", Object.fromEntries(Object.entries(mark.attrs).filter(([, value]) => value)), 0],
  },
  lang: {
    attrs: { lang: {} },
    parseDOM: [{ tag: "span[lang]", getAttrs: (dom) => ({ lang: dom.getAttribute("lang") }) }],
    toDOM: (mark) => ["span", { lang: mark.attrs.lang }, 0],
  },
  strong: plainMark("strong", "b"),
  em: plainMark("em", "i"),
  u: plainMark("u", "ins"),
  s: plainMark("s", "strike", "del"),
  sub: { ...plainMark("sub"), excludes: "sup" },
  sup: { ...plainMark("sup"), excludes: "sub" },
  code: plainMark("code"),
};

export const schema = new Schema({ nodes, marks });
export const noteSchema = new Schema({
  nodes: { doc: { content: "inline*" }, text: nodes.text, hard_break: nodes.hard_break },
  marks,
});

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => LETTERS[byte & 31]).join("");
}
