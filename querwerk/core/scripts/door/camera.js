// Reads QR codes with the camera: with the browser's own reader where there is one, else with a small library.

import decodeQR from "qr/decode.js";

const EACH = 180;
const QUIET = 2500;
const WIDTH = 640;

export class Camera {
  constructor(video, onRead) {
    this.video = video;
    this.onRead = onRead;
    this.isThere = Boolean(navigator.mediaDevices?.getUserMedia);
    this.seen = { words: "", at: 0 };
  }

  async start() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
      this.video.srcObject = stream;
      await this.video.play();
    } catch {
      return false; // not allowed, or none there: the page says so
    }
    this.reader = await ownReader();
    this.timer = setInterval(() => this.look(), EACH);
    return true;
  }

  stop() {
    clearInterval(this.timer);
    for (const track of this.video.srcObject?.getTracks() ?? []) track.stop();
    this.video.srcObject = null;
  }

  async look() {
    if (this.isLooking || !this.video.videoWidth) return;
    this.isLooking = true;
    const words = await this.read();
    this.isLooking = false;
    const now = Date.now();
    // The same ticket stays before the camera for a moment.
    if (!words || (words === this.seen.words && now - this.seen.at < QUIET)) return;
    this.seen = { words, at: now };
    navigator.vibrate?.(60);
    this.onRead(words);
  }

  async read() {
    if (this.reader) return (await this.reader.detect(this.video))[0]?.rawValue ?? "";
    const height = Math.round((WIDTH * this.video.videoHeight) / this.video.videoWidth);
    this.canvas ??= document.createElement("canvas");
    this.canvas.width = WIDTH;
    this.canvas.height = height;
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(this.video, 0, 0, WIDTH, height);
    try {
      return decodeQR(context.getImageData(0, 0, WIDTH, height));
    } catch {
      return ""; // no code in this picture
    }
  }
}

async function ownReader() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await BarcodeDetector.getSupportedFormats();
  return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
}
