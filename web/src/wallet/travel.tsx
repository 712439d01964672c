// Can I travel? The way is entered leg by leg; each is answered by the rules of
// the place, at the moment of arrival there.
import { useEffect, useState } from "preact/hooks";
import { Title } from "../core/said";
import { beside, isDraft, moment, number, t, useLanguage, type Key } from "../core/speech";
import { Obligations, Reasons, Rules, Verdict } from "./answer";
import { CountryOptions } from "./country";
import type { Travel, TravelLeg, TravelPerson } from "./holder";
import { legs, now, offset, offsets, sorry, useHome, type Way } from "./state";

const categories = ["resident", "visitor", "business", "crew", "pilgrim", "diplomat", "refugee"];
const most = 8;

const blank = (): Way["legs"][number] => ({ place: "", region: "", airport: false, at: "", offset: offset() });

/** Answered is an answer in a language, and in the reviewed one beside a draft. */
interface Answered { lang: string; travel: Travel; also: Travel | undefined }

export function TravelScreen() {
  const h = useHome();
  const [way, setWay] = useState<Way>(h.content.way ?? { legs: [blank(), blank()], category: "", labels: [] });
  const [answer, setAnswer] = useState<Answered>();
  const lang = useLanguage();
  const [trouble, setTrouble] = useState("");
  const everybody = h.people.map((p) => p.label);
  const chosen = way.labels.filter((l) => everybody.includes(l));
  const labels = chosen.length > 0 ? chosen : everybody;
  const change = (w: Partial<Way>) => { setWay({ ...way, ...w }); setAnswer(undefined); };
  const leg = (n: number, l: Partial<Way["legs"][number]>) => change({ legs: way.legs.map((x, i) => (i === n ? { ...x, ...l } : x)) });
  const ask = async () => {
    try {
      setTrouble("");
      const full = { ...way, labels };
      if (full.legs.some((l, n) => !l.place || n > 0 && !l.at)) return setTrouble(t("wallet.travel.missing"));
      const question = { labels, legs: legs(full), category: way.category, now: now() };
      const a = await h.holder.travel(h.content.wallet, { ...question, lang });
      setAnswer({ lang, travel: a, also: isDraft(lang) ? await h.holder.travel(h.content.wallet, { ...question, lang: beside(lang) }) : undefined });
      h.tell(t("wallet.travel.told", { word: a.word }));
      await h.change({ way: full });
      requestAnimationFrame(() => document.querySelector<HTMLElement>("#travel-answer")?.focus());
    } catch (err) {
      setTrouble(sorry(err));
    }
  };
  useEffect(() => { if (answer && answer.lang !== lang) void ask(); }, [lang]);
  return (
    <section>
      <Title k="wallet.tab.travel" />
      {everybody.length === 0 && <p class="card">{t("wallet.travel.nobody")}</p>}
      <form class="card" onSubmit={(e) => { e.preventDefault(); void ask(); }}>
        {way.legs.map((l, n) => (
          <LegFields key={n} n={n} of={l} last={n === way.legs.length - 1} change={(c) => leg(n, c)}
            {...(n > 0 && way.legs.length > 2 ? { remove: () => change({ legs: way.legs.filter((_, i) => i !== n) }) } : {})} />
        ))}
        <p class="row">
          {way.legs.length < most && <button type="button" onClick={() => change({ legs: [...way.legs.slice(0, -1), { ...blank(), airport: true }, way.legs.at(-1)!] })}>{t("wallet.travel.add")}</button>}
        </p>
        <div class="row">
          <label>{t("journey.category")}
            <select value={way.category} onChange={(e) => change({ category: e.currentTarget.value })}>
              <option value="">{t("journey.any")}</option>
              {categories.map((c) => <option key={c} value={c}>{t(("category." + c) as Key)}</option>)}
            </select>
          </label>
        </div>
        {everybody.length > 1 && (
          <fieldset>
            <legend>{t("wallet.travel.who")}</legend>
            {everybody.map((l) => (
              <label class="check" key={l}><input type="checkbox" checked={labels.includes(l)} onChange={(e) => change({ labels: e.currentTarget.checked ? [...labels, l] : labels.filter((x) => x !== l) })} /><span dir="auto">{l}</span></label>
            ))}
          </fieldset>
        )}
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
        <button type="submit" class="primary" disabled={everybody.length === 0}>{t("wallet.travel.ask")}</button>
      </form>
      {answer && (
        <section aria-labelledby="travel-answer">
          <h2 id="travel-answer" tabIndex={-1}>{t("wallet.travel.answer")}</h2>
          {answer.travel.legs.map((l, n) => <LegAnswer key={n} n={n} of={l} also={answer.also?.legs[n]} />)}
          <p class="hint">{t("wallet.travel.advice")}</p>
        </section>
      )}
    </section>
  );
}

function LegFields({ n, of, last, change, remove }: { n: number; of: Way["legs"][number]; last: boolean; change(l: Partial<Way["legs"][number]>): void; remove?: () => void }) {
  const title = n === 0 ? t("wallet.travel.from") : last ? t("wallet.travel.to") : t("wallet.travel.via", { n: number(n) });
  return (
    <fieldset class="leg">
      <legend>{title}</legend>
      <div class="row">
        <label>{t("wallet.travel.country")}
          <select value={of.place} onChange={(e) => change({ place: e.currentTarget.value })}>
            {n > 0 ? <CountryOptions purpose={of.airport && !last ? "transit" : "entry"} /> : <CountryOptions />}
          </select>
        </label>
        {n > 0 && <label>{t("wallet.region")}<input type="text" maxLength={10} dir="ltr" autocomplete="off" value={of.region} onInput={(e) => change({ region: e.currentTarget.value.toUpperCase() })} /></label>}
        {n > 0 && <label>{t("wallet.travel.arrive")}<input type="datetime-local" value={of.at} onInput={(e) => change({ at: e.currentTarget.value.slice(0, 16) })} /></label>}
        {n > 0 && <label>{t("wallet.travel.offset")}
          <select value={of.offset} dir="ltr" onChange={(e) => change({ offset: e.currentTarget.value })}>{offsets.map((o) => <option key={o} value={o}>UTC {o}</option>)}</select>
        </label>}
      </div>
      {n > 0 && !last && <label class="check"><input type="checkbox" checked={of.airport} onChange={(e) => change({ airport: e.currentTarget.checked })} />{t("wallet.travel.airport")}</label>}
      {remove && !last && <button type="button" class="quiet" onClick={remove}>{t("wallet.travel.remove", { n: number(n) })}</button>}
    </fieldset>
  );
}

function LegAnswer({ n, of, also }: { n: number; of: TravelLeg; also: TravelLeg | undefined }) {
  return (
    <section class="card leg-answer" aria-label={of.place}>
      <h3><bdi>{number(n + 1)}. {of.place}</bdi> <span class="hint">{of.airport_only ? t("wallet.travel.transit") : t("wallet.travel.entry")} · {moment(of.arrive)}</span></h3>
      {of.rules.length > 0 ? <Rules of={of.rules} /> : <p class="note">{t("wallet.travel.norules", { place: of.place })}</p>}
      {of.people.map((p, i) => <PersonAnswer key={p.label} of={p} also={also?.people[i]} />)}
    </section>
  );
}

function PersonAnswer({ of, also }: { of: TravelPerson; also: TravelPerson | undefined }) {
  const a = of.answer;
  return (
    <div class="person-answer">
      <Verdict of={of.verdict} word={of.word} also={also?.word}><p class="who" dir="auto">{of.label}</p>{of.title && <p class="hint" dir="auto">{t("wallet.travel.rests", { what: of.title })}</p>}</Verdict>
      <Reasons of={a ? a.reasons : of.reasons} also={also?.answer?.reasons ?? also?.reasons} />
      {a && <Obligations of={a.obligations} also={also?.answer?.obligations} />}
      {a?.changes_at && a.changes_to && <p>{t("verdict.changes", { at: moment(a.changes_at), to: t(("colour." + a.changes_to) as Key) })}</p>}
    </div>
  );
}
