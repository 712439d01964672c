// Pictures of the pages of a PDF, in which codes are then looked for. It is
// loaded when the first PDF comes. Nothing in a PDF is run: no script, no form,
// no link, no font of its own in the page.
import { getDocument, PDFWorker } from "pdfjs-dist";

/** More pages than that are no certificate. */
export const maxPages = 30;
const width = 1800; // pixels of a page: a printed module of a third of a millimetre has three

/** TooMany is how many pages a PDF has, if that is too many. */
export class TooMany extends Error {
  constructor(readonly pages: number) { super("too many pages"); }
}

let worker: PDFWorker | undefined;

/** each shows the pages one after the other. */
export async function each(file: Blob, makeWorker: () => Worker, seen: (picture: ImageBitmap) => Promise<void>): Promise<void> {
  worker ??= PDFWorker.create({ port: makeWorker() });
  const task = getDocument({
    data: await file.arrayBuffer(), worker, isEvalSupported: false, disableFontFace: true, enableXfa: false, useSystemFonts: false,
    wasmUrl: location.origin + PDF_DECODERS, useWorkerFetch: true, maxImageSize: 60_000_000, stopAtErrors: false, disableAutoFetch: true,
  });
  const doc = await task.promise;
  try {
    if (doc.numPages > maxPages) throw new TooMany(doc.numPages);
    for (let n = 1; n <= doc.numPages; n++) {
      const page = await doc.getPage(n);
      const natural = page.getViewport({ scale: 1 });
      const viewport = page.getViewport({ scale: Math.min(8, width / Math.min(natural.width, natural.height)) });
      const canvas = document.createElement("canvas");
      canvas.width = Math.min(6000, Math.ceil(viewport.width));
      canvas.height = Math.min(6000, Math.ceil(viewport.height));
      await page.render({ canvas, viewport, background: "#fff" }).promise;
      await seen(await createImageBitmap(canvas));
      page.cleanup();
    }
  } finally {
    await task.destroy();
  }
}
