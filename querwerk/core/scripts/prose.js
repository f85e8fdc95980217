// The editor of longer texts, on its own page of the desk only. Without it the plain form does the same.
import { start } from "./editor/main.js";

const root = document.querySelector("[data-prose]");
if (root) start(root);
