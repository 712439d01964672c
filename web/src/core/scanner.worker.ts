// Reads codes out of pictures: zxing in WebAssembly, in a worker, so that the
// page stays quick while a camera runs.
import { prepareZXingModule, readBarcodes, type ReaderOptions } from "zxing-wasm/reader";
import program from "zxing-wasm/reader/zxing_reader.wasm";
import { archive } from "./archive";
import { serve } from "./calls";

const ready = prepareZXingModule({
  overrides: { locateFile: (name: string) => (name.endsWith(".wasm") ? program : name) },
  fireImmediately: true,
});
ready.catch(() => undefined);

// Health codes are QR; the others are read to say what they are.
const quick: ReaderOptions = { formats: ["QRCode"], tryHarder: false, tryInvert: true, tryRotate: false, maxNumberOfSymbols: 4 };
const thorough: ReaderOptions = { formats: ["QRCode", "Aztec", "DataMatrix", "PDF417"], tryHarder: true, tryInvert: true, tryRotate: true, tryDownscale: true, maxNumberOfSymbols: 20 };

const maxPixels = 50_000_000;

serve({
  ready: async () => { await ready; return true; },

  /** frame reads a picture of a camera. */
  frame: async (a: { picture: ImageBitmap; thorough: boolean }) => texts(pixels(a.picture, a.picture.width, a.picture.height), a.thorough ? thorough : quick),

  /** file reads a picture that somebody saved, however large. */
  file: async (file: Blob) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    if (picture.width * picture.height > maxPixels) throw new Error("too large");
    // A photograph of a telephone is large, and its codes are too: smaller first.
    for (const side of [1600, 3200, Infinity]) {
      const scale = Math.min(1, side / Math.max(picture.width, picture.height));
      const copy = await createImageBitmap(picture, { resizeWidth: Math.ceil(picture.width * scale), resizeHeight: Math.ceil(picture.height * scale), resizeQuality: "high" });
      const found = await texts(pixels(copy, copy.width, copy.height), thorough);
      if (found.length > 0 || scale === 1) return found;
    }
    return [];
  },
});

function pixels(picture: ImageBitmap, width: number, height: number): ImageData {
  const canvas = new OffscreenCanvas(width, height);
  const c = canvas.getContext("2d", { willReadFrequently: true });
  if (!c) throw new Error("no canvas");
  c.fillStyle = "#fff"; // a transparent ground is white
  c.fillRect(0, 0, width, height);
  c.drawImage(picture, 0, 0, width, height);
  picture.close();
  return c.getImageData(0, 0, width, height);
}

async function texts(picture: ImageData, options: ReaderOptions): Promise<string[]> {
  await ready;
  const found = await readBarcodes(picture, options);
  return [...new Set(found.filter((r) => r.isValid && r.text !== "").map((r) => archive(r.bytes) ?? r.text))];
}
