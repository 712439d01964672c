// What was decided, and the receipt that the person leaves with: on paper of two
// widths, or as a code for their telephone.
import { useCallback, useEffect, useState } from "preact/hooks";
import { Title } from "../core/said";
import { beside, direction, isDraft, language, number, t, tIn, type Key } from "../core/speech";
import type { Slip } from "../core/verifier";
import { sentenceText } from "./decide";
import { useStation, type Case, type Decided } from "./station";
import { useSpace } from "./verdict";

interface Drawn { lang: string; slip: Slip; other: Slip | undefined; symbol: { size: number; path: string } | undefined }

export function SlipScreen({ decided: d, group }: { decided: Decided; group: Case[] | undefined }) {
  const s = useStation();
  const lang = language();
  const [drawn, setDrawn] = useState<Drawn>();
  const [left, setLeft] = useState(s.liking.back);
  const [large, setLarge] = useState(false);

  useEffect(() => {
    const base = beside(lang);
    const other = s.liking.traveller === base ? undefined : s.liking.traveller;
    void Promise.all([s.verifier.slip(d.receipt, base), other ? s.verifier.slip(d.receipt, other) : undefined, s.verifier.symbol(d.receipt).catch(() => undefined)])
      .then(([slip, second, symbol]) => setDrawn({ lang: base, slip, other: second, symbol }));
  }, [s.verifier, d.receipt, lang, s.liking.traveller]);

  const next = useCallback(() => s.go(group ? { at: "group", cases: group } : { at: "scan" }), [s, group]);
  useSpace(next);

  // The desk goes back by itself, unless somebody does something here.
  useEffect(() => {
    if (left <= 0 || large) return;
    const stop = () => setLeft(0);
    const i = setTimeout(() => (left === 1 ? next() : setLeft(left - 1)), 1000);
    document.addEventListener("pointerdown", stop);
    document.addEventListener("keydown", stop);
    return () => {
      clearTimeout(i);
      document.removeEventListener("pointerdown", stop);
      document.removeEventListener("keydown", stop);
    };
  }, [left, large, next]);

  const print = () => {
    setLeft(0);
    document.documentElement.dataset["paper"] = s.liking.paper;
    window.print();
  };

  return (
    <section class="decided">
      <Title k={("done." + d.outcome.outcome) as Key} />
      {!d.counted && <p class="note" role="alert">{t("slip.waiting")}</p>}
      {d.counted && !d.signed && s.shift?.signs && <p class="note" role="alert">{t("slip.unsigned")}</p>}
      <div class="row">
        <button type="button" class="primary" onClick={next}>{t("slip.next")}{left > 0 && <span class="ring" aria-hidden="true"> {number(left)}</span>}</button>
        <button type="button" onClick={print}>{t("slip.print")}</button>
        <button type="button" aria-pressed={large} onClick={() => { setLeft(0); setLarge(!large); }}>{t("slip.code")}</button>
        <label class="inline">{t("slip.paper")}
          <select value={s.liking.paper} onChange={(e) => s.like({ ...s.liking, paper: e.currentTarget.value === "slip" ? "slip" : "a4" })}>
            <option value="a4">A4</option><option value="slip">80 mm</option>
          </select>
        </label>
      </div>
      {drawn && <Sheet drawn={drawn} decided={d} large={large} />}
    </section>
  );
}

/** Sheet is the receipt as it is printed. */
function Sheet({ drawn: { lang, slip, other, symbol }, decided: d, large }: { drawn: Drawn; decided: Decided; large: boolean }) {
  const s = useStation();
  const olang = s.liking.traveller;
  const row = (key: Key, value: string | undefined, second?: string) => value ? (
    <div class="sheet-row">
      <dt>{tIn(lang, key)}{other && <span class="second" lang={olang} dir={direction(olang)}>{tIn(olang, key)}</span>}</dt>
      <dd dir="auto">{value}{second && second !== value && <span class="second" lang={olang} dir={direction(olang)}>{second}</span>}</dd>
    </div>
  ) : null;
  const sentence = s.settings.sentences.find((x) => x.code === slip.text_code);
  return (
    <article class={"sheet" + (large ? " sheet-large" : "")} lang={lang} dir={direction(lang)}>
      <h2>{tIn(lang, "sheet.title")}{other && <span class="second" lang={olang} dir={direction(olang)}>{tIn(olang, "sheet.title")}</span>}</h2>
      {s.known.demo && <p class="demo-mark">{tIn(lang, "demo")}</p>}
      {symbol && (
        <svg class="symbol" viewBox={`-4 -4 ${symbol.size + 8} ${symbol.size + 8}`} role="img" aria-label={tIn(lang, "sheet.symbol")} shape-rendering="crispEdges">
          <rect x="-4" y="-4" width={symbol.size + 8} height={symbol.size + 8} fill="#fff" /><path d={symbol.path} fill="#000" />
        </svg>
      )}
      <dl>
        {row("sheet.decision", slip.outcome, other?.outcome)}
        {row("sheet.why", slip.override, other?.override)}
        {row("sheet.sentence", sentence && sentenceText(sentence))}
        {row("sheet.verdict", slip.word, other?.word)}
        {slip.reasons.map((r, i) => row("sheet.reason", r, other?.reasons[i]))}
        {row("sheet.time", slip.time)}
        {row("sheet.desk", `${slip.desk}, ${slip.to}`)}
        {row("sheet.purpose", slip.purpose, other?.purpose)}
        {row("sheet.officer", slip.officers.join(", "))}
        {row("sheet.rules", slip.rules.join(", "))}
        {row("sheet.data", slip.as_of)}
        {slip.appeal.map((a) => row("sheet.appeal", a))}
      </dl>
      <p class="sheet-foot">{tIn(lang, d.signed ? "sheet.signed" : "sheet.unsigned")} {tIn(lang, "sheet.nobody")}</p>
      {other && isDraft(olang) && <p class="sheet-foot">{tIn(lang, "draft.long")}</p>}
    </article>
  );
}

