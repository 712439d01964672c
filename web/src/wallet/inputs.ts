// All the ways in which something reaches the wallet but the camera: files that
// are chosen or dropped (pictures, PDF, texts), the clipboard.
import { useLayoutEffect, useRef } from "preact/hooks";
import { look, type Found } from "../core/files";
import type { Scanner } from "../core/scanner";
import { t } from "../core/speech";
import { inField } from "../core/wedge";

const maxText = 6 * 1024 * 1024; // a sealed wallet

export type Came = Found;

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
    const one = await look(scanner, f, maxText);
    all.texts.push(...one.texts);
    all.sorry.push(...one.sorry.map((s) => (files.length > 1 ? f.name + ": " + s : s)));
  }
  return { texts: [...new Set(all.texts)], sorry: all.sorry };
}
