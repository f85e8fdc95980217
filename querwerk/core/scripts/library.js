// The media library: files are dropped where one would choose them, the focus is set by a click. Forms do both without this.

for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const status = form.querySelector("[data-drop-status]");
  form.querySelector("[data-drop-here]").hidden = false;
  let depth = 0;
  const over = (isOver) => form.classList.toggle("drop--over", isOver);
  form.addEventListener("dragenter", (event) => {
    event.preventDefault();
    depth += 1;
    over(true);
  });
  form.addEventListener("dragleave", () => {
    depth -= 1;
    if (!depth) over(false);
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    over(false);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    status.textContent = status.dataset.words;
  });
}

const aim = document.querySelector("[data-aim]");
const focus = document.querySelector("[data-focus]");
if (aim && focus) {
  const cross = aim.querySelector("[data-aim-cross] path");
  const [x, y] = ["x", "y"].map((name) => focus.elements[name]);
  const within = (number) => Math.min(100, Math.max(0, Math.round(number)));
  const draw = () => cross.setAttribute("d", `M${within(x.value)} 0V100M0 ${within(y.value)}H100`);
  aim.classList.add("aim--ready");
  aim.addEventListener("click", (event) => {
    const box = aim.querySelector("img").getBoundingClientRect();
    x.value = within(((event.clientX - box.left) / box.width) * 100);
    y.value = within(((event.clientY - box.top) / box.height) * 100);
    draw();
    x.focus({ preventScroll: true });
  });
  focus.addEventListener("input", draw);
  // In either field all four arrows move the point: up and down would only count otherwise.
  focus.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [x, -1], ArrowRight: [x, 1], ArrowUp: [y, -1], ArrowDown: [y, 1] }[event.key];
    if (!step || !event.target.matches("[type=number]")) return;
    event.preventDefault();
    step[0].value = within(Number(step[0].value) + step[1] * (event.shiftKey ? 10 : 1));
    draw();
  });
}
