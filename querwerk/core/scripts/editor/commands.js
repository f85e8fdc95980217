// What toolbar and keyboard can do.
import { baseKeymap, chainCommands, exitCode, setBlockType, toggleMark } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import { InputRule, inputRules, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { NodeSelection, Selection, TextSelection } from "prosemirror-state";
import {
  addColumnAfter,
  addRowAfter,
  deleteColumn,
  deleteRow,
  goToNextCell,
  isInTable,
  mergeCells,
  splitCell,
  toggleHeaderColumn,
  toggleHeaderRow,
} from "prosemirror-tables";
import { newKey, schema } from "./schema.js";

const { nodes, marks } = schema;

// The block in which the selection begins: its node and its place in the text.
export function currentBlock(state) {
  const { selection } = state;
  if (selection instanceof NodeSelection && selection.$from.depth === 0) return { node: selection.node, pos: selection.from };
  const { $from } = selection;
  return $from.depth ? { node: $from.node(1), pos: $from.before(1) } : null;
}

const move = (direction) => (state, dispatch) => {
  const block = currentBlock(state);
  if (!block) return false;
  const index = state.doc.resolve(block.pos).index(0) + direction;
  if (index < 0 || index >= state.doc.childCount) return false;
  if (!dispatch) return true;
  const other = state.doc.child(index);
  const tr = state.tr.delete(block.pos, block.pos + block.node.nodeSize);
  const pos = direction < 0 ? block.pos - other.nodeSize : block.pos + other.nodeSize;
  tr.insert(pos, block.node);
  const inside = Math.min(state.selection.from - block.pos, block.node.nodeSize - 1);
  tr.setSelection(block.node.isAtom ? NodeSelection.create(tr.doc, pos) : Selection.near(tr.doc.resolve(pos + Math.max(inside, 1))));
  dispatch(tr.scrollIntoView());
  return true;
};

const removeBlock = (state, dispatch) => {
  const block = currentBlock(state);
  if (!block) return false;
  if (!dispatch) return true;
  const tr = state.tr;
  const end = block.pos + block.node.nodeSize;
  if (state.doc.childCount === 1) tr.replaceWith(block.pos, end, nodes.paragraph.create());
  else tr.delete(block.pos, end);
  dispatch(tr.setSelection(Selection.near(tr.doc.resolve(Math.min(block.pos, tr.doc.content.size)))).scrollIntoView());
  return true;
};

// Put a block behind the one with the cursor, or in its place where that is an empty paragraph.
export const insert = (node) => (state, dispatch) => {
  const block = currentBlock(state);
  if (!dispatch) return true;
  const isBare = block?.node.type === nodes.paragraph && !block.node.content.size;
  const at = block ? block.pos + block.node.nodeSize : state.doc.content.size;
  const from = isBare ? block.pos : at;
  const tr = state.tr.replaceWith(from, at, node);
  if (from + node.nodeSize === tr.doc.content.size) tr.insert(tr.doc.content.size, nodes.paragraph.create());
  // Behind a card and not on it: what is typed or pasted next would take its place.
  dispatch(tr.setSelection(Selection.near(tr.doc.resolve(from + (node.isAtom ? node.nodeSize : 1)))).scrollIntoView());
  return true;
};

const emptyTable = () => {
  const cell = (type) => type.createAndFill();
  const row = (type) => nodes.table_row.create(null, [1, 2, 3].map(() => cell(type)));
  const rows = [row(nodes.table_header), row(nodes.table_cell), row(nodes.table_cell)];
  return nodes.table_block.create({ key: newKey() }, [nodes.table_caption.create(), nodes.table.create(null, rows)]);
};

const toggleList = (type) => (state, dispatch) => {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    if (node.type === type) return liftListItem(nodes.list_item)(state, dispatch);
    if (node.type === nodes.bullet_list || node.type === nodes.ordered_list) {
      dispatch?.(state.tr.setNodeMarkup($from.before(depth), type, node.attrs));
      return true;
    }
  }
  return wrapInList(type)(state, dispatch);
};

// A quotation takes the words of the paragraph, and gives them back.
const toggleQuote = (state, dispatch) => {
  const block = currentBlock(state);
  if (!block) return false;
  const end = block.pos + block.node.nodeSize;
  if (block.node.type === nodes.quote) {
    if (dispatch) {
      const parts = [nodes.paragraph.create({ key: block.node.attrs.key }, block.node.child(0).content)];
      if (block.node.child(1).content.size) parts.push(nodes.paragraph.create(null, block.node.child(1).content));
      const tr = state.tr.replaceWith(block.pos, end, parts);
      dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(block.pos + 1))));
    }
    return true;
  }
  if (block.node.type !== nodes.paragraph) return false;
  if (dispatch) {
    const words = nodes.quote_text.create(null, block.node.content);
    const quote = nodes.quote.create({ key: block.node.attrs.key }, [words, nodes.quote_source.create()]);
    const tr = state.tr.replaceWith(block.pos, end, quote);
    dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(block.pos + 2))));
  }
  return true;
};

const setType = (type, attrs) => (state, dispatch) => {
  const block = currentBlock(state);
  if (!block || block.node.type === nodes.table_block) return false;
  return setBlockType(type, { ...attrs, key: block.node.isTextblock ? block.node.attrs.key : "" })(state, dispatch);
};

const lineBreak = (state, dispatch) => {
  dispatch?.(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
  return true;
};

// Enter in the words of a quotation is a new line; in a caption or source it leads out, behind the block.
const enterInside = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.parent.type === nodes.quote_text) return lineBreak(state, dispatch);
  if ($from.depth < 1 || $from.node(1).type === nodes.paragraph) return false;
  const isCaption = $from.parent.type === nodes.quote_source || $from.parent.type === nodes.table_caption;
  if (!isCaption && !($from.depth === 1 && $from.node(1).type.spec.isolating)) return false;
  return after(state, dispatch);
};

const after = (state, dispatch) => {
  const block = currentBlock(state);
  if (!block) return false;
  if (dispatch) {
    const pos = block.pos + block.node.nodeSize;
    const tr = state.tr.insert(pos, nodes.paragraph.create());
    dispatch(tr.setSelection(TextSelection.create(tr.doc, pos + 1)).scrollIntoView());
  }
  return true;
};

// Backspace at the start of a quotation, or of a table's caption, does not swallow it.
export const commands = {
  paragraph: setType(nodes.paragraph),
  heading2: setType(nodes.heading, { level: 2 }),
  heading3: setType(nodes.heading, { level: 3 }),
  heading4: setType(nodes.heading, { level: 4 }),
  strong: toggleMark(marks.strong),
  em: toggleMark(marks.em),
  u: toggleMark(marks.u),
  s: toggleMark(marks.s),
  sub: toggleMark(marks.sub),
  sup: toggleMark(marks.sup),
  code: toggleMark(marks.code),
  bullet: toggleList(nodes.bullet_list),
  ordered: toggleList(nodes.ordered_list),
  deeper: sinkListItem(nodes.list_item),
  higher: liftListItem(nodes.list_item),
  quote: toggleQuote,
  table: (state, dispatch) => insert(emptyTable())(state, dispatch),
  rowAfter: addRowAfter,
  columnAfter: addColumnAfter,
  rowRemove: deleteRow,
  columnRemove: deleteColumn,
  headRow: toggleHeaderRow,
  headColumn: toggleHeaderColumn,
  cellsMerge: mergeCells,
  cellSplit: splitCell,
  up: move(-1),
  down: move(1),
  remove: removeBlock,
  undo,
  redo,
};

export const isActive = {
  strong: (state) => hasMark(state, marks.strong),
  em: (state) => hasMark(state, marks.em),
  u: (state) => hasMark(state, marks.u),
  s: (state) => hasMark(state, marks.s),
  sub: (state) => hasMark(state, marks.sub),
  sup: (state) => hasMark(state, marks.sup),
  code: (state) => hasMark(state, marks.code),
  link: (state) => hasMark(state, marks.link),
  bullet: (state) => inside(state, nodes.bullet_list),
  ordered: (state) => inside(state, nodes.ordered_list),
  quote: (state) => inside(state, nodes.quote),
  inTable: isInTable,
};

function hasMark(state, type) {
  const { from, to, empty, $from } = state.selection;
  if (empty) return Boolean(type.isInSet(state.storedMarks ?? $from.marks()));
  return state.doc.rangeHasMark(from, to, type);
}

function inside(state, type) {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) if ($from.node(depth).type === type) return true;
  return false;
}

export const shortcuts = (more) =>
  keymap({
    "Mod-b": commands.strong,
    "Mod-i": commands.em,
    "Mod-u": commands.u,
    "Mod-Alt-0": commands.paragraph,
    "Mod-Alt-2": commands.heading2,
    "Mod-Alt-3": commands.heading3,
    "Mod-Alt-4": commands.heading4,
    "Mod-Shift-7": commands.ordered,
    "Mod-Shift-8": commands.bullet,
    "Mod-Shift-9": commands.quote,
    "Alt-Shift-ArrowUp": commands.up,
    "Alt-Shift-ArrowDown": commands.down,
    "Mod-z": undo,
    "Mod-y": redo,
    "Mod-Shift-z": redo,
    Tab: chainCommands(goToNextCell(1), commands.deeper),
    "Shift-Tab": chainCommands(goToNextCell(-1), commands.higher),
    Enter: chainCommands(enterInside, splitListItem(nodes.list_item)),
    "Shift-Enter": chainCommands(exitCode, lineBreak),
    "Mod-Enter": after,
    ...more,
  });

export const basics = keymap(baseKeymap);

export const rules = inputRules({
  rules: [
    wrappingInputRule(/^\s*[-*•]\s$/, nodes.bullet_list),
    wrappingInputRule(/^\s*1[.)]\s$/, nodes.ordered_list),
    textblockTypeInputRule(/^(#{2,4})\s$/, nodes.heading, (match) => ({ level: match[1].length })),
    new InputRule(/--$/, "–"),
    new InputRule(/\.\.\.$/, "…"),
  ],
});
