// All the ways in which a code reaches the page but the camera: a hardware
// scanner, the clipboard, a file that is dropped or chosen.
import { useLayoutEffect, useRef } from "preact/hooks";
import { inField, wedge } from "../core/wedge";
import { t } from "../core/speech";
import type { Scanner } from "../core/scanner";

export const maxPicture = 40 * 1024 * 1024;
const maxText = 1024 * 1024;

export type Came = { texts: string[]; seen: number } | { table: string } | { trouble: string };

// A hardware scanner may still be typing while one screen follows another: it is
// listened to all the time, and who is shown then is told.
let scanned: ((texts: string[]) => void) | undefined;
wedge(document, (texts) => scanned?.(texts));

/** useInputs listens as long as a component is shown. */
export function useInputs(scanner: Scanner, came: (c: Came) => void): void {
  const latest = useRef(came);
  latest.current = came;
  useLayoutEffect(() => {
    const tell = (c: Came) => latest.current(c);
    const mine = (scanned = (texts: string[]) => tell({ texts, seen: performance.now() }));
    const paste = (e: ClipboardEvent) => {
      if (inField(e.target)) return;
      const file = [...(e.clipboardData?.files ?? [])][0];
      const text = e.clipboardData?.getData("text/plain") ?? "";
      if (file) void fromFile(scanner, file).then(tell);
      else if (text.trim() !== "") tell(text.length > maxText ? { trouble: t("file.long") } : { texts: [text], seen: performance.now() });
    };
    const over = (e: DragEvent) => e.preventDefault();
    const drop = (e: DragEvent) => {
      e.preventDefault();
      const file = e.dataTransfer?.files[0];
      const text = e.dataTransfer?.getData("text/plain") ?? "";
      if (file) void fromFile(scanner, file).then(tell);
      else if (text.trim() !== "") tell({ texts: [text], seen: performance.now() });
    };
    document.addEventListener("paste", paste);
    document.addEventListener("dragover", over);
    document.addEventListener("drop", drop);
    return () => {
      if (scanned === mine) scanned = undefined;
      document.removeEventListener("paste", paste);
      document.removeEventListener("dragover", over);
      document.removeEventListener("drop", drop);
    };
  }, [scanner]);
}

/** fromFile finds what is in a file: codes of a picture, a text, a table. */
export async function fromFile(scanner: Scanner, file: File): Promise<Came> {
  const seen = performance.now();
  const picture = file.type.startsWith("image/") || /\.(png|jpe?g|webp|gif|bmp|avif|heic)$/i.test(file.name);
  if (file.type === "application/pdf" || /\.pdf$/i.test(file.name)) return { trouble: t("file.pdf") };
  if (!picture) {
    if (file.size > maxText) return { trouble: t("file.long") };
    const text = await file.text().catch(() => "");
    if (/\.(csv|tsv)$/i.test(file.name) || file.type === "text/csv") return { table: text };
    return text.trim() === "" ? { trouble: t("file.empty") } : { texts: [text.replace(/[\r\n]+$/, "")], seen };
  }
  if (file.size > maxPicture) return { trouble: t("file.large") };
  try {
    const texts = await scanner.file(file);
    return texts.length > 0 ? { texts, seen } : { trouble: t("file.none") };
  } catch {
    return { trouble: t("file.broken") };
  }
}
