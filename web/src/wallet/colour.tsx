// My own colour, from my own evidence, by public rules, in this browser alone.
import { useEffect, useState } from "preact/hooks";
import { rfc3339 } from "../core/clock";
import { Title } from "../core/said";
import { beside, isDraft, moment, t, useLanguage, type Key } from "../core/speech";
import { Obligations, Reasons, Rules, Verdict } from "./answer";
import { CountryOptions } from "./country";
import type { Own } from "./holder";
import { download, now, sorry, useHome } from "./state";

export function ColourScreen() {
  const h = useHome();
  const [chosen, setLabel] = useState("");
  const label = h.people.some((p) => p.label === chosen) ? chosen : h.people[0]?.label ?? ""; // who was first named just now, too
  const [place, setPlace] = useState(h.content.place ?? { in: "", region: "" });
  const [own, setOwn] = useState<{ lang: string; of: Own; also: Own | undefined }>();
  const lang = useLanguage();
  const [trouble, setTrouble] = useState("");
  const ask = async () => {
    setTrouble("");
    if (!place.in) return setTrouble(t("wallet.colour.where"));
    try {
      const at = now();
      const question = { label, in: place.in, region: place.region, at, now: at };
      const a = await h.holder.own(h.content.wallet, { ...question, lang });
      setOwn({ lang, of: a, also: isDraft(lang) ? await h.holder.own(h.content.wallet, { ...question, lang: beside(lang) }) : undefined });
      h.tell(a.word);
      await h.change({ place });
      requestAnimationFrame(() => document.querySelector<HTMLElement>(".answer h2")?.focus());
    } catch (err) {
      setTrouble(sorry(err));
    }
  };
  useEffect(() => { if (own && own.lang !== lang) void ask(); }, [lang]);
  return (
    <section>
      <Title k="wallet.tab.colour" />
      <p class="hint">{t("wallet.colour.what")}</p>
      <form class="card" onSubmit={(e) => { e.preventDefault(); void ask(); }}>
        <div class="row">
          {h.people.length > 1 && <label>{t("wallet.colour.who")}
            <select value={label} onChange={(e) => { setLabel(e.currentTarget.value); setOwn(undefined); }}>{h.people.map((p) => <option key={p.label} value={p.label}>{p.label}</option>)}</select>
          </label>}
          <label>{t("wallet.colour.in")}
            <select value={place.in} onChange={(e) => { setPlace({ ...place, in: e.currentTarget.value }); setOwn(undefined); }}>
              <CountryOptions purpose="self" />
            </select>
          </label>
          <label>{t("wallet.region")}<input type="text" maxLength={10} dir="ltr" autocomplete="off" value={place.region} onInput={(e) => { setPlace({ ...place, region: e.currentTarget.value.toUpperCase() }); setOwn(undefined); }} /></label>
        </div>
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        <button type="submit" class="primary" disabled={label === ""}>{t("wallet.colour.ask")}</button>
      </form>
      {own && <OwnAnswer of={own.of} also={own.also} />}
      <ByHand label={label} changed={() => setOwn(undefined)} />
    </section>
  );
}

const outcome: Record<string, string> = { held: "✓", passed: "✓", failed: "✕" };

function OwnAnswer({ of, also }: { of: Own; also: Own | undefined }) {
  return (
    <section class="card">
      <Verdict of={of.verdict} word={of.word} also={also?.word} level={2}><p class="hint">{moment(of.at)}</p></Verdict>
      <Reasons of={of.reasons} also={also?.reasons} />
      <Obligations of={of.obligations} also={also?.obligations} />
      {(of.changes_at || of.green_at) && (
        <>
          <h3>{t("wallet.colour.ahead")}</h3>
          <ul>
            {of.changes_at && of.changes_to && <li>{t("verdict.changes", { at: moment(of.changes_at), to: t(("colour." + of.changes_to) as Key) })}</li>}
            {of.green_at && of.green_at !== of.changes_at && <li>{t("verdict.changes", { at: moment(of.green_at), to: t("colour.green") })}</li>}
          </ul>
          {of.calendar && <p><button type="button" onClick={() => download("colour.ics", "text/calendar", of.calendar!)}>{t("wallet.colour.calendar")}</button></p>}
        </>
      )}
      {of.used.length > 0 && <><h3>{t("wallet.colour.used")}</h3><ul>{of.used.map((u) => <li key={u.text} dir="auto">{u.text}</li>)}</ul></>}
      {of.aside.length > 0 && <><h3>{t("wallet.colour.aside")}</h3><ul>{of.aside.map((a, n) => <li key={n} dir="auto">{of.kinds[n]} {a.kind !== "certificate" && a.number}: {a.reasons.map((r) => [r.text, r.next].filter(Boolean).join(" ")).join(" ")}</li>)}</ul></>}
      {of.asked.length > 0 && <><h3>{t("wallet.colour.rules")}</h3><Rules of={of.asked} /></>}
      {of.explained.length > 0 && (
        <details>
          <summary>{t("wallet.colour.explain")}</summary>
          {of.explained.map((r, n) => (
            <div key={n} class="explained">
              <p dir="auto"><strong>{r.rule}: {t(("wallet.rule." + (outcome[r.verdict] ? r.verdict : "open")) as Key)}</strong></p>
              <p dir="auto">{r.text}</p>
              <ul>{r.steps.map((s, i) => <li key={i} dir="auto">{outcome[s.outcome] ?? "?"} {s.text}</li>)}</ul>
            </div>
          ))}
        </details>
      )}
      <p class="hint">{t("wallet.colour.private")}</p>
    </section>
  );
}

/** there is what a clock on the wall showed, as a moment at the offset of this device. */
const there = (wall: string): string => { const d = new Date(wall); return Number.isNaN(d.getTime()) ? "" : rfc3339(d); };

const symptoms = ["fever", "cough", "loss_of_taste", "short_breath", "other"];
const kinds = ["stay", "exposure", "venue", "checked", "symptom"] as const;
type Kind = (typeof kinds)[number];

/** ByHand takes what a person says themselves, and shows what they said. */
function ByHand({ label, changed }: { label: string; changed(): void }) {
  const h = useHome();
  const [who, setWho] = useState(label || t("wallet.me"));
  const [kind, setKind] = useState<Kind>("stay");
  const [f, setF] = useState({ in: "", region: "", from: "", until: "", began: "", ended: "", risk: "high", word: "fever" });
  const [trouble, setTrouble] = useState("");
  const whose = label || who.trim();
  const said = h.people.find((p) => p.label === label)?.items.filter((i) => i.declared) ?? [];
  const put = (c: Partial<typeof f>) => setF({ ...f, ...c });
  const run = (g: () => Promise<{ wallet: string }>) => void g().then((k) => h.change({ wallet: k.wallet })).then(() => { setTrouble(""); changed(); }, (err: unknown) => setTrouble(sorry(err)));
  const add = () => run(() => h.holder.declare(h.content.wallet, whose, {
    kind, ...(kind === "venue" ? { from: there(f.began), until: there(f.ended), risk: f.risk } : { from: f.from }),
    ...(kind === "stay" ? { in: f.in, region: f.region, until: f.until } : {}), ...(kind === "exposure" ? { risk: f.risk } : {}), ...(kind === "symptom" ? { word: f.word } : {}),
  }));
  const clock = (name: "began" | "ended", key: Key) => <label>{t(key)}<input type="datetime-local" required value={f[name]} onInput={(e) => put({ [name]: e.currentTarget.value.slice(0, 16) })} /></label>;
  const date = (name: "from" | "until", key: Key, must: boolean) => <label>{t(key)}<input type="date" required={must} value={f[name]} onInput={(e) => put({ [name]: e.currentTarget.value })} /></label>;
  return (
    <section class="card">
      <h2>{t("wallet.hand")}</h2>
      <p class="hint">{t("wallet.hand.what")}</p>
      <form onSubmit={(e) => { e.preventDefault(); add(); }}>
        {label === "" && <label>{t("wallet.whose.label")}<input type="text" maxLength={100} required dir="auto" autocomplete="off" value={who} onInput={(e) => setWho(e.currentTarget.value)} /></label>}
        <div class="row">
          <label>{t("wallet.hand.kind")}<select value={kind} onChange={(e) => setKind(e.currentTarget.value as Kind)}>{kinds.map((k) => <option key={k} value={k}>{t(("wallet.hand." + k) as Key)}</option>)}</select></label>
          {kind === "stay" && <label>{t("wallet.travel.country")}
            <select required value={f.in} onChange={(e) => put({ in: e.currentTarget.value })}><CountryOptions /></select></label>}
          {kind === "stay" && <label>{t("wallet.region")}<input type="text" maxLength={10} dir="ltr" autocomplete="off" value={f.region} onInput={(e) => put({ region: e.currentTarget.value.toUpperCase() })} /></label>}
          {kind !== "venue" && date("from", kind === "stay" ? "wallet.hand.from" : "wallet.hand.day", true)}
          {kind === "stay" && date("until", "wallet.hand.until", false)}
          {kind === "venue" && clock("began", "wallet.hand.began")}
          {kind === "venue" && clock("ended", "wallet.hand.ended")}
          {(kind === "exposure" || kind === "venue") && <label>{t("wallet.hand.risk")}<select value={f.risk} onChange={(e) => put({ risk: e.currentTarget.value })}><option value="high">{t("wallet.hand.high")}</option><option value="low">{t("wallet.hand.low")}</option></select></label>}
          {kind === "symptom" && <label>{t("wallet.hand.which")}<select value={f.word} onChange={(e) => put({ word: e.currentTarget.value })}>{symptoms.map((s) => <option key={s} value={s}>{t(("wallet.symptom." + s) as Key)}</option>)}</select></label>}
        </div>
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        <button type="submit">{t("wallet.add")}</button>
      </form>
      {said.length > 0 && (
        <>
          <h3>{t("wallet.hand.said")}</h3>
          <ul class="said">{said.map((i) => (
            <li key={i.id}><span dir="auto">{i.title}</span> <button type="button" class="quiet" aria-label={t("wallet.delete.what", { what: i.title })} onClick={() => run(() => h.holder.forget(h.content.wallet, label, [i.id]))}>{t("wallet.delete")}</button></li>
          ))}</ul>
        </>
      )}
    </section>
  );
}
