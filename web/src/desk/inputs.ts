// All the ways in which a code reaches the page but the camera: a hardware
// scanner, the clipboard, a file that is dropped or chosen.
import { useLayoutEffect, useRef } from "preact/hooks";
import { look } from "../core/files";
import { inField, wedge } from "../core/wedge";
import { t } from "../core/speech";
import type { Scanner } from "../core/scanner";

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
    const read = (file: File) => { tell({ trouble: t("file.looking") }); void fromFile(scanner, file).then(tell); };
    const mine = (scanned = (texts: string[]) => tell({ texts, seen: performance.now() }));
    const paste = (e: ClipboardEvent) => {
      if (inField(e.target)) return;
      const file = [...(e.clipboardData?.files ?? [])][0];
      const text = e.clipboardData?.getData("text/plain") ?? "";
      if (file) read(file);
      else if (text.trim() !== "") tell(text.length > maxText ? { trouble: t("file.long") } : { texts: [text], seen: performance.now() });
    };
    const over = (e: DragEvent) => e.preventDefault();
    const drop = (e: DragEvent) => {
      e.preventDefault();
      const file = e.dataTransfer?.files[0];
      const text = e.dataTransfer?.getData("text/plain") ?? "";
      if (file) read(file);
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

/** fromFile finds what is in a file: codes of a picture or a PDF, a text, a table. */
export async function fromFile(scanner: Scanner, file: File): Promise<Came> {
  const seen = performance.now();
  const table = /\.(csv|tsv)$/i.test(file.name) || file.type === "text/csv";
  if (table) return file.size > maxText ? { trouble: t("file.long") } : { table: await file.text().catch(() => "") };
  const { texts, sorry } = await look(scanner, file, maxText);
  return texts.length > 0 ? { texts, seen } : { trouble: sorry.join(" ") };
}
