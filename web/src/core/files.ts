// What is in a file that somebody chose, dropped or pasted: codes of a picture or
// of a PDF, or a text.
import { archive } from "./archive";
import type { Scanner } from "./scanner";
import { t } from "./speech";
import { scriptURL } from "./trusted";

const maxFile = 40 * 1024 * 1024;

/** Found is what is in a file, and what could not be read, a sentence each. */
export interface Found { texts: string[]; sorry: string[] }

const no = (why: string): Found => ({ texts: [], sorry: [why] });
const isPDF = (f: File) => f.type === "application/pdf" || /\.pdf$/i.test(f.name);
const isPicture = (f: File) => f.type.startsWith("image/") || /\.(png|jpe?g|webp|gif|bmp|avif|heic)$/i.test(f.name);

/** look finds what is in a file; maxText is the longest text, in bytes. */
export async function look(scanner: Scanner, file: File, maxText: number): Promise<Found> {
  if (isPDF(file)) return file.size > maxFile ? no(t("file.large")) : inPDF(scanner, file);
  if (isPicture(file)) return file.size > maxFile ? no(t("file.large")) : inPicture(scanner, file);
  if (file.size > maxText) return no(t("file.long"));
  const bytes = new Uint8Array(await file.arrayBuffer().catch(() => new ArrayBuffer(0)));
  const whole = archive(bytes);
  if (whole !== null) return { texts: [whole], sorry: [] };
  const text = new TextDecoder().decode(bytes);
  return text.trim() === "" ? no(t("file.empty")) : { texts: [text.replace(/[\r\n]+$/, "")], sorry: [] };
}

async function inPicture(scanner: Scanner, file: File): Promise<Found> {
  try {
    const texts = await scanner.file(file);
    return texts.length > 0 ? { texts, sorry: [] } : no(t("file.none"));
  } catch (err) {
    return no(t(err instanceof Error && err.message === "too large" ? "file.large" : "file.broken"));
  }
}

/** inPDF loads the reader of PDF when the first one comes. */
async function inPDF(scanner: Scanner, file: File): Promise<Found> {
  let pdf: typeof import("./pdf");
  try {
    pdf = await (import(PDF_READER) as Promise<typeof import("./pdf")>);
  } catch {
    return no(t("file.pdf.away"));
  }
  const texts: string[] = [];
  try {
    await pdf.each(file, () => new Worker(scriptURL(PDF_WORKER), { type: "module" }), async (picture) => { texts.push(...(await scanner.frame(picture, true))); });
  } catch (err) {
    if (err instanceof pdf.TooMany) return no(t("file.pdf.pages", { n: err.pages, most: pdf.maxPages }));
    if (err instanceof Error && err.name === "PasswordException") return no(t("file.pdf.locked"));
    if (texts.length === 0) return no(t("file.pdf.broken"));
  }
  return texts.length > 0 ? { texts: [...new Set(texts)], sorry: [] } : no(t("file.pdf.none"));
}
