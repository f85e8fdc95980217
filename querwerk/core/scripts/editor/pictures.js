// Pictures that come with what is pasted: those that the clipboard holds are taken in one by one, each with its description.
import { readHtml } from "./paste.js";

const ENDINGS = { "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/avif": "avif", "image/gif": "gif", "image/svg+xml": "svg" };

// What there is to take of a paste: for each picture in its HTML a file or null, and whether there is anything but pictures.
export function picturesOf(data, label) {
  const html = data?.getData("text/html") ?? "";
  const files = [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
  if (!html || html.includes("data-pm-slice")) return { html, found: [], isOnlyPictures: !html && files.length > 0 };
  const body = readHtml(html);
  const images = [...body.querySelectorAll("img")].filter((image) => !isTracker(image));
  const fits = files.length === images.length;
  const found = images.map((image, index) => ({
    alt: image.getAttribute("alt") ?? "",
    file: fileOf(image.getAttribute("src") ?? "", `${label} ${index + 1}`) ?? (fits ? files[index] : null),
  }));
  return { html, found, isOnlyPictures: files.length > 0 && !body.textContent.trim() };
}

// Pages count their readers by pictures of one pixel; Word has some for its layout.
export function isTracker(image) {
  return ["width", "height"].some((side) => /^[01](px)?$/.test(image.getAttribute(side) ?? ""));
}

function fileOf(address, stem) {
  const match = /^data:(image\/[\w.+-]+)((?:;[\w=-]+)*?)(;base64)?,(.*)$/is.exec(address);
  if (!match) return null;
  const [, type, , isBase64, content] = match;
  try {
    const words = isBase64 ? atob(content.replace(/\s/g, "")) : unescape(content);
    const bytes = Uint8Array.from(words, (letter) => letter.charCodeAt(0));
    return new File([bytes], `${stem}.${ENDINGS[type.toLowerCase()] ?? "img"}`, { type: type.toLowerCase() });
  } catch {
    return null;
  }
}

// Show in a dialog what is being described.
export function preview(dialog, file) {
  const image = dialog.querySelector("[data-preview]");
  if (!image) return;
  image.hidden = true;
  if (!file?.type.startsWith("image/")) return;
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    image.src = reader.result;
    image.hidden = false;
  });
  image.addEventListener("error", () => (image.hidden = true), { once: true });
  reader.readAsDataURL(file);
}
