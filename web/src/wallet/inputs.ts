// All the ways in which something reaches the wallet but the camera: files that
// are chosen or dropped (pictures, PDF, texts), the clipboard.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Scanner } from "../core/scanner";
import { t } from "../core/speech";
import { scriptURL } from "../core/trusted";
import { inField } from "../core/wedge";

const maxFile = 40 * 1024 * 1024;
const maxText = 6 * 1024 * 1024; // a sealed wallet

/** Came is what was found, and what could not be read, a sentence each. */
export interface Came { texts: string[]; sorry: string[] }

/** useInputs listens to the clipboard and to what is dropped, as long as a component is shown. */
export function useInputs(scanner: Scanner, came: (c: Promise<Came>) => void): void {
  const latest = useRef(came);
  latest.current = came;
  useLayoutEffect(() => {
    const take = (d: DataTransfer | null) => {
      const files = [...(d?.files ?? [])], text = d?.getData("text/plain") ?? "";
      if (files.length > 0) latest.current(fromFiles(scanner, files));
      else if (text.trim() !== "") latest.current(Promise.resolve(text.length > maxText ? { texts: [], sorry: [t("file.long")] } : { texts: [text], sorry: [] }));
    };
    const busy = () => document.querySelector("dialog[open]") !== null;
    const paste = (e: ClipboardEvent) => { if (!inField(e.target) && !busy()) take(e.clipboardData); };
    const over = (e: DragEvent) => e.preventDefault();
    const drop = (e: DragEvent) => { e.preventDefault(); if (!busy()) take(e.dataTransfer); };
    document.addEventListener("paste", paste);
    document.addEventListener("dragover", over);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("paste", paste);
      document.removeEventListener("dragover", over);
      document.removeEventListener("drop", drop);
    };
  }, [scanner]);
}

/** fromFiles finds what is in files, one after the other. */
export async function fromFiles(scanner: Scanner, files: File[]): Promise<Came> {
  const all: Came = { texts: [], sorry: [] };
  for (const f of files.slice(0, 100)) {
    const one = await fromFile(scanner, f);
    all.texts.push(...one.texts);
    all.sorry.push(...one.sorry.map((s) => (files.length > 1 ? f.name + ": " + s : s)));
  }
  return { texts: [...new Set(all.texts)], sorry: all.sorry };
}

async function fromFile(scanner: Scanner, file: File): Promise<Came> {
  const no = (why: string): Came => ({ texts: [], sorry: [why] });
  if (file.size > maxFile) return no(t("file.large"));
  if (file.type === "application/pdf" || /\.pdf$/i.test(file.name)) return fromPDF(scanner, file);
  if (file.type.startsWith("image/") || /\.(png|jpe?g|webp|gif|bmp|avif|heic)$/i.test(file.name)) {
    try {
      const texts = await scanner.file(file);
      return texts.length > 0 ? { texts, sorry: [] } : no(t("file.none"));
    } catch {
      return no(t("file.broken"));
    }
  }
  if (file.size > maxText) return no(t("file.long"));
  const text = await file.text().catch(() => "");
  return text.trim() === "" ? no(t("file.empty")) : { texts: [text.replace(/[\r\n]+$/, "")], sorry: [] };
}

/** fromPDF loads the reader of PDF when the first one comes. */
async function fromPDF(scanner: Scanner, file: File): Promise<Came> {
  const no = (why: string): Came => ({ texts: [], sorry: [why] });
  let pdf: typeof import("./pdf");
  try {
    pdf = await (import(PDF_READER) as Promise<typeof import("./pdf")>);
  } catch {
    return no(t("wallet.pdf.away"));
  }
  const texts: string[] = [];
  try {
    await pdf.each(file, () => new Worker(scriptURL(PDF_WORKER), { type: "module" }), async (picture) => { texts.push(...(await scanner.frame(picture, true))); });
  } catch (err) {
    if (err instanceof pdf.TooMany) return no(t("wallet.pdf.pages", { n: err.pages, most: pdf.maxPages }));
    if (err instanceof Error && err.name === "PasswordException") return no(t("wallet.pdf.locked"));
    if (texts.length === 0) return no(t("wallet.pdf.broken"));
  }
  return texts.length > 0 ? { texts, sorry: [] } : no(t("wallet.pdf.none"));
}
