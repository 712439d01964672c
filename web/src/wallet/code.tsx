// A code for the person across the desk: as wide as the screen, black on white,
// and a line in their language.
import { useEffect, useState } from "preact/hooks";
import { beside, day, direction, isDraft, language, languages, t, tIn } from "../core/speech";
import { Dialog } from "../core/dialog";
import type { Item, Person } from "./holder";
import { now, useHome } from "./state";

export function Code({ of, item, close }: { of: Person; item: Item; close(): void }) {
  const h = useHome();
  const [lang, setLang] = useState(h.liking.traveller);
  const [symbol, setSymbol] = useState<{ size: number; path: string } | "none">();
  const [title, setTitle] = useState("");
  useEffect(() => {
    void h.holder.verifier.symbol(item.text ?? "").then(setSymbol, () => setSymbol("none"));
  }, [h.holder, item.text]);
  useEffect(() => {
    void h.holder.held(h.content.wallet, now(), lang).then(({ people }) => {
      setTitle(people.find((p) => p.label === of.label)?.items.find((i) => i.id === item.id)?.title ?? "");
    }, () => undefined);
  }, [h.holder, h.content.wallet, lang, of.label, item.id]);
  useAwake();
  return (
    <Dialog title={t("wallet.code")} close={close} wide>
      <div class="code">
        {symbol === "none"
          ? <><p class="note">{t("wallet.code.none")}</p><p class="code-text" dir="ltr">{item.text}</p></>
          : symbol && (
            <svg class="symbol" role="img" aria-label={t("wallet.code.label", { what: item.title })} viewBox={`-4 -4 ${symbol.size + 8} ${symbol.size + 8}`} shape-rendering="crispEdges">
              <rect x="-4" y="-4" width={symbol.size + 8} height={symbol.size + 8} fill="#fff" /><path d={symbol.path} fill="#000" />
            </svg>
          )}
        <div class="code-words" lang={lang} dir={direction(lang)}>
          <p class="code-title" dir="auto">{title || item.title}</p>
          <p dir="auto">{item.owner ?? of.label}{item.until && <> · {tIn(lang, "wallet.until", { at: day(item.until.slice(0, 10), lang) })}</>}</p>
          <p>{tIn(lang, "wallet.code.viewer")}</p>
          {lang !== beside(lang) && <p lang={beside(lang)} dir="ltr" class="also">{tIn(beside(lang), "wallet.code.viewer")}</p>}
          {item.demo && <p class="demo-mark">{t("demo")}</p>}
        </div>
      </div>
      <p class="hint">{t("wallet.code.bright")}</p>
      <div class="row languages" role="group" aria-label={t("wallet.code.language")}>
        {languages.map((l) => (
          <button type="button" key={l.code} lang={l.code} dir={direction(l.code)} aria-pressed={l.code === lang}
            onClick={() => { setLang(l.code); h.like({ ...h.liking, traveller: l.code }); }}>{l.name}</button>
        ))}
      </div>
      {isDraft(lang) && lang !== language() && <p class="draft">{t("draft.long")}</p>}
    </Dialog>
  );
}

/** useAwake keeps the screen on while a code is shown. */
function useAwake(): void {
  useEffect(() => {
    let held: WakeLockSentinel | undefined, over = false;
    navigator.wakeLock?.request("screen").then((l) => { held = l; if (over) void l.release(); }, () => undefined);
    return () => { over = true; void held?.release(); };
  }, []);
}
