// Every block keeps its key: while somebody types, when it is split (the first part keeps it), merged, moved, undone.
import { Plugin } from "prosemirror-state";
import { newKey, schema } from "./schema.js";

const { nodes } = schema;

export const keys = new Plugin({
  appendTransaction(transactions, before, after) {
    if (before.doc === after.doc) return null;
    const places = new Map();
    after.doc.forEach((node, pos) => {
      const key = node.attrs.key || inherited(node);
      places.set(key, [...(places.get(key) ?? []), { node, pos }]);
    });
    const tr = after.tr;
    const old = positions(before.doc);
    for (const [key, found] of places) {
      const keeper = key ? keeperOf(key, found, old, transactions) : null;
      for (const one of found) {
        const own = one === keeper ? key : newKey();
        if (one.node.attrs.key !== own) tr.setNodeAttribute(one.pos, "key", own);
      }
    }
    const known = new Set();
    before.doc.forEach((node) => known.add(node));
    after.doc.forEach((node, pos) => known.has(node) || tidy(tr, node, pos));
    return tr.docChanged ? tr : null;
  },
});

// A paragraph that became a list, or the like, hands its key to what now stands there.
function inherited(node) {
  let found = "";
  if (node.type === nodes.bullet_list || node.type === nodes.ordered_list) found = node.firstChild?.firstChild?.attrs.key ?? "";
  return found;
}

function positions(doc) {
  const found = new Map();
  doc.forEach((node, pos) => found.set(node.attrs.key, pos));
  return found;
}

function keeperOf(key, found, old, transactions) {
  if (found.length === 1) return found[0];
  let pos = old.get(key);
  if (pos !== undefined) for (const transaction of transactions) pos = transaction.mapping.map(pos, -1);
  const first = found.find((one) => one.pos === pos) ?? found[0];
  // Enter at the start of a block puts an empty one before it: the key stays with the words.
  const next = found[found.indexOf(first) + 1];
  return !first.node.content.size && next?.node.content.size ? next : first;
}

// Points of a list have keys of their own; paragraphs inside other blocks have none.
function tidy(tr, top, start) {
  const seen = new Set();
  top.descendants((node, offset) => {
    const pos = start + 1 + offset;
    if (node.type === nodes.list_item) {
      if (!node.attrs.key || seen.has(node.attrs.key)) tr.setNodeAttribute(pos, "key", newKey());
      seen.add(node.attrs.key);
    } else if (node.attrs.key && node.isBlock) {
      tr.setNodeAttribute(pos, "key", "");
    }
    return !node.inlineContent;
  });
}
