// A question that depends on another one shows only when it is asked. Without this file all show, each with its condition in words.

for (const form of document.querySelectorAll("[data-conditions]")) {
  const rows = [...form.querySelectorAll("[data-when]")];
  for (const note of form.querySelectorAll("[data-condition]")) note.hidden = true;
  const settle = () => {
    const said = new FormData(form);
    for (const row of rows) {
      const values = said.getAll(row.dataset.when);
      const other = form.elements.namedItem(row.dataset.when);
      const element = other instanceof RadioNodeList ? other[0] : other;
      // A question whose own condition fails is not asked, and so is none that depends on it.
      row.hidden = !values.includes(row.dataset.is) || Boolean(element?.closest("[data-when][hidden]"));
    }
  };
  form.addEventListener("input", settle);
  settle();
}
