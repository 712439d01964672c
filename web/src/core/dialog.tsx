// A dialog of the browser's own: it keeps the focus, and Escape closes it.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "./speech";

export function Dialog({ title, close, wide, children }: { title: string; close(): void; wide?: boolean; children: ComponentChildren }) {
  const d = useRef<HTMLDialogElement>(null);
  useEffect(() => { if (!d.current?.open) d.current?.showModal(); }, []);
  return (
    <dialog ref={d} class={wide ? "wide" : ""} aria-labelledby="dialog-title" onClose={close}>
      <h2 id="dialog-title">{title}</h2>
      {children}
      <p class="row"><button type="button" onClick={() => d.current?.close()}>{t("close")}</button></p>
    </dialog>
  );
}
