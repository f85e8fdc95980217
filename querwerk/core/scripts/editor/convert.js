// A body's blocks become the editor's nodes and back again.
import { DOMParser, DOMSerializer, Fragment } from "prosemirror-model";
import { newKey, noteSchema, schema } from "./schema.js";

const parser = DOMParser.fromSchema(schema);
const noteParser = DOMParser.fromSchema(noteSchema);
const serializer = DOMSerializer.fromSchema(schema);
const noteSerializer = DOMSerializer.fromSchema(noteSchema);
const { nodes } = schema;

function dom(html) {
  const template = document.createElement("template");
  template.innerHTML = html; // the server has cleaned it; a template loads and runs nothing
  const holder = document.createElement("div");
  holder.append(template.content);
  return holder;
}

function inline(html) {
  if (!html) return Fragment.empty;
  if (!/[<&]/.test(html)) return Fragment.from(schema.text(html));
  return parser.parse(dom(html), { topNode: nodes.paragraph.create(), preserveWhitespace: true }).content;
}

function html(fragment, from = serializer) {
  const only = fragment.childCount === 1 ? fragment.firstChild : null;
  if (!fragment.childCount) return "";
  if (only?.isText && !only.marks.length && !/[<>&\u00a0]/.test(only.text)) return only.text;
  const holder = document.createElement("div");
  holder.append(from.serializeFragment(fragment));
  return holder.innerHTML;
}

export const noteDoc = (text) => noteParser.parse(dom(text), { preserveWhitespace: true });
export const noteHtml = (doc) => html(doc.content, noteSerializer);

function list(block) {
  const items = block.items.length ? block.items : [{ key: newKey(), html: "" }];
  const type = block.is_ordered ? nodes.ordered_list : nodes.bullet_list;
  return type.create({ key: block.key ?? "" }, items.map(item));
}

function item(one) {
  const inner = one.items?.length ? [list(one)] : [];
  if (inner.length) inner[0] = inner[0].type.create({ key: "" }, inner[0].content);
  return nodes.list_item.create({ key: one.key }, [nodes.paragraph.create(null, inline(one.html)), ...inner]);
}

function table(block) {
  const rows = block.rows.filter((row) => row.length).map((row, y) =>
    nodes.table_row.create(
      null,
      row.map((cell, x) => {
        const type = y < block.header_rows || x < block.header_columns ? nodes.table_header : nodes.table_cell;
        const attrs = { colspan: cell.colspan ?? 1, rowspan: cell.rowspan ?? 1 };
        return type.create(attrs, nodes.paragraph.create(null, inline(cell.html)));
      }),
    ),
  );
  if (!rows.length) rows.push(nodes.table_row.create(null, nodes.table_cell.createAndFill()));
  return nodes.table_block.create({ key: block.key }, [
    nodes.table_caption.create(null, inline(block.caption)),
    nodes.table.create(null, rows),
  ]);
}

export function nodeOf(block) {
  const { key } = block;
  switch (block.type) {
    case "heading":
      return nodes.heading.create({ key, level: block.level }, inline(block.html));
    case "paragraph":
      return nodes.paragraph.create({ key }, inline(block.html));
    case "list":
      return list(block);
    case "table":
      return table(block);
    case "quote":
      return nodes.quote.create({ key }, [
        nodes.quote_text.create(null, inline(block.html)),
        nodes.quote_source.create(null, inline(block.source)),
      ]);
    case "gallery":
      return nodes.gallery.create({ key, pictures: block.pictures.join(" ") }, inline(block.caption));
    default: {
      const { type, caption, transcript, ...attrs } = block;
      return nodes[type === "link" ? "link_card" : type].create(attrs, inline(caption ?? transcript));
    }
  }
}

const lines = (node) => {
  const parts = [];
  node.forEach((paragraph) => parts.push(html(paragraph.content)));
  return parts.join("<br>");
};

function itemsOf(node) {
  const found = [];
  node.forEach((one) => {
    const said = { key: one.attrs.key, html: html(one.firstChild.content) };
    const inner = [];
    one.forEach((child, _offset, index) => index && inner.push(...itemsOf(child)));
    if (inner.length) Object.assign(said, { items: inner, is_ordered: one.child(1).type === nodes.ordered_list });
    found.push(said);
  });
  return found;
}

function tableBlock(node) {
  const rows = [];
  const heads = [];
  node.child(1).forEach((row) => {
    const cells = [];
    const isHead = [];
    row.forEach((cell) => {
      const { colspan, rowspan } = cell.attrs;
      cells.push({ html: lines(cell), ...(colspan > 1 && { colspan }), ...(rowspan > 1 && { rowspan }) });
      isHead.push(cell.type === nodes.table_header);
    });
    rows.push(cells);
    heads.push(isHead);
  });
  const body = heads.findIndex((row) => !row.every(Boolean));
  const header_rows = body === -1 ? heads.length : body;
  const rest = heads.slice(header_rows);
  let header_columns = 0;
  while (rest.length && rest.every((row) => row.length > header_columns && row[header_columns])) header_columns += 1;
  return { type: "table", caption: html(node.firstChild.content), header_rows, header_columns, rows };
}

export function blockOf(node) {
  const { key, ...attrs } = node.attrs;
  switch (node.type) {
    case nodes.heading:
      return { key, type: "heading", level: attrs.level, html: html(node.content) };
    case nodes.paragraph:
      return { key, type: "paragraph", html: html(node.content) };
    case nodes.bullet_list:
    case nodes.ordered_list:
      return { key, type: "list", is_ordered: node.type === nodes.ordered_list, items: itemsOf(node) };
    case nodes.table_block:
      return { key, ...tableBlock(node) };
    case nodes.quote:
      return { key, type: "quote", html: html(node.child(0).content), source: html(node.child(1).content) };
    case nodes.gallery:
      return { key, type: "gallery", pictures: attrs.pictures.split(/\s+/).filter(Boolean), caption: html(node.content) };
    case nodes.image:
      return { key, type: "image", ...attrs, caption: html(node.content) };
    case nodes.video:
      return { key, type: "video", ...attrs, transcript: html(node.content) };
    default:
      return { key, type: node.type === nodes.link_card ? "link" : node.type.name, ...attrs };
  }
}

export function docOf(blocks) {
  const children = blocks.map(nodeOf);
  return nodes.doc.create(null, children.length ? children : [nodes.paragraph.create({ key: newKey() })]);
}
