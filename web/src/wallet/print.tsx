// Paper: the folded sheet that package wallet lays out, cards, and labels for a
// booklet. There is no answer on paper, green or other: answers grow old.
import { useEffect, useState } from "preact/hooks";
import { Title } from "../core/said";
import { day, language, t, type Key } from "../core/speech";
import type { Sheet, SheetCell } from "./holder";
import { now, sorry, useHome } from "./state";

const forms = ["sheet", "card", "label"] as const;
type Form = (typeof forms)[number];

interface Piece { title: string; whose: string; until: string; size: number; path: string; demo: boolean }

export function PrintScreen() {
  const h = useHome();
  const everybody = h.people.map((p) => p.label);
  const [form, setForm] = useState<Form>("sheet");
  const [labels, setLabels] = useState(everybody);
  const [named, setNamed] = useState(false);
  const [document_, setDocument] = useState(false);
  const [sheet, setSheet] = useState<Sheet>();
  const [pieces, setPieces] = useState<Piece[]>([]);
  const [trouble, setTrouble] = useState("");
  const lang = language();

  useEffect(() => {
    let wanted = true;
    setTrouble("");
    const made = async () => {
      if (labels.length === 0) return setSheet(undefined), setPieces([]);
      if (form === "sheet") {
        const s = await h.holder.sheet(h.content.wallet, { labels, now: now(), lang, named, document: document_ });
        if (wanted) setSheet(s);
        return;
      }
      const out: Piece[] = [];
      for (const p of h.people) {
        if (!labels.includes(p.label)) continue;
        for (const i of p.items) {
          if (!i.text || i.kind === "receipt") continue;
          const s = await h.holder.verifier.symbol(i.text, "M").catch(() => undefined);
          if (s) out.push({ title: i.title, whose: named ? p.name ?? i.owner ?? p.label : p.label, until: i.until ?? "", demo: i.demo === true, ...s });
        }
      }
      if (wanted) setPieces(out);
    };
    made().catch((err: unknown) => { if (wanted) setTrouble(sorry(err)); });
    return () => { wanted = false; };
  }, [h.holder, h.content.wallet, h.people, form, labels, named, document_, lang]);

  return (
    <section>
      <div class="screen-only">
        <Title k="wallet.print" />
        <form class="card" onSubmit={(e) => { e.preventDefault(); window.print(); }}>
          <label>{t("wallet.print.form")}<select value={form} onChange={(e) => setForm(e.currentTarget.value as Form)}>{forms.map((f) => <option key={f} value={f}>{t(("wallet.print." + f) as Key)}</option>)}</select></label>
          {everybody.length > 1 && (
            <fieldset><legend>{t("wallet.print.who")}</legend>
              {everybody.map((l) => <label class="check" key={l}><input type="checkbox" checked={labels.includes(l)} onChange={(e) => setLabels(e.currentTarget.checked ? [...labels, l] : labels.filter((x) => x !== l))} /><span dir="auto">{l}</span></label>)}
            </fieldset>
          )}
          <label class="check"><input type="checkbox" checked={named} onChange={(e) => setNamed(e.currentTarget.checked)} />{t("wallet.print.named")}</label>
          {form === "sheet" && <label class="check"><input type="checkbox" checked={document_} onChange={(e) => setDocument(e.currentTarget.checked)} />{t("wallet.print.document")}</label>}
          {sheet && form === "sheet" && sheet.left > 0 && <p class="note">{t("wallet.print.left", { n: sheet.left })}</p>}
          {trouble && <p class="trouble" role="alert">{trouble}</p>}
          <button type="submit" class="primary" disabled={everybody.length === 0}>{t("wallet.print.go")}</button>
          <p class="hint">{t("wallet.print.hint")}</p>
        </form>
      </div>
      <div class={"papers papers-" + form} tabIndex={0} role="region" aria-label={t("wallet.print.look")}>
        {form === "sheet" && sheet?.pages.map((p) => <SheetPage key={p.number} of={p} rtl={lang === "ar" && sheet.lang === "ar"} />)}
        {form !== "sheet" && <div class="pieces">{pieces.map((p, n) => <PieceOf key={n} of={p} />)}</div>}
      </div>
    </section>
  );
}

const mm = (v: number) => v.toFixed(2) + "mm";

function SheetPage({ of, rtl }: { of: Sheet["pages"][number]; rtl: boolean }) {
  return (
    <section class="sheet-page" dir={rtl ? "rtl" : "ltr"} aria-label={of.number}>
      <header><h2 dir="auto">{of.label}</h2>{of.name && <p class="sheet-name" dir="auto">{of.name}</p>}{of.head.map((l) => <p key={l}>{l}</p>)}</header>
      {of.cells.map((c, n) => (
        <div key={n}>
          <CellCode of={c} />
          {n > 0 && <div class="sheet-text" style={{ insetInlineStart: mm(c.text_x), top: mm(c.y), width: mm(c.wide) }}><h3>{c.title}</h3>{c.lines.map((l, i) => <p key={i}>{l}</p>)}</div>}
        </div>
      ))}
      <i class="fold" aria-hidden="true" />
      <footer>{of.foot.map((l) => <p key={l}>{l}</p>)}<p class="sheet-number" dir="auto">{of.number}</p></footer>
    </section>
  );
}

function CellCode({ of }: { of: SheetCell }) {
  return (
    <svg class="sheet-code" role="img" aria-label={t("wallet.code.label", { what: of.title })} viewBox={`-4 -4 ${of.side + 8} ${of.side + 8}`} shape-rendering="crispEdges"
      style={{ insetInlineStart: mm(of.x), top: mm(of.y), width: mm(of.size), height: mm(of.size) }}><path d={of.path} fill="#000" /></svg>
  );
}

function PieceOf({ of }: { of: Piece }) {
  return (
    <article class="piece">
      <svg role="img" aria-label={t("wallet.code.label", { what: of.title })} viewBox={`-4 -4 ${of.size + 8} ${of.size + 8}`} shape-rendering="crispEdges"><rect x="-4" y="-4" width={of.size + 8} height={of.size + 8} fill="#fff" /><path d={of.path} fill="#000" /></svg>
      <div>
        <p class="piece-whose" dir="auto">{of.whose}</p>
        <p dir="auto">{of.title}</p>
        {of.until && <p>{t("wallet.until", { at: day(of.until.slice(0, 10)) })}</p>}
        {of.demo && <p><strong>{t("demo")}</strong></p>}
      </div>
    </article>
  );
}
