// The context of the travellers: what they come for, from where, as what.
import { useEffect, useMemo, useState } from "preact/hooks";
import { t, useLanguage, type Key } from "../core/speech";
import { useStation } from "./station";

const categories = ["resident", "visitor", "business", "crew", "pilgrim", "diplomat", "refugee"];

/** useCountries are the names of all countries, in the order of the language. */
export function useCountries(): [string, string][] {
  const { verifier } = useStation();
  const lang = useLanguage();
  const [names, setNames] = useState<Record<string, string>>({});
  useEffect(() => { void verifier.say(lang, [], ["*"]).then((a) => setNames(a.places)); }, [verifier, lang]);
  return useMemo(() => {
    const order = new Intl.Collator(lang);
    return Object.entries(names).sort((a, b) => order.compare(a[1], b[1]));
  }, [names, lang]);
}

/** JourneyChoice changes the journey in which travellers are judged. */
export function JourneyChoice() {
  const s = useStation();
  const lang = useLanguage();
  const countries = useCountries();
  const here = s.settings.country;
  const purposes = useMemo(() => [...new Set(["entry", ...s.known.rules.filter((r) => r.jurisdiction === here).map((r) => r.purpose)])], [s.known, here]);
  const [words, setWords] = useState<Record<string, string>>({});
  useEffect(() => {
    void s.verifier.say(lang, purposes).then((a) => setWords(Object.fromEntries(Object.entries(a.said).map(([k, v]) => [k, v.text]))));
  }, [s.verifier, lang, purposes]);
  const place = (name: "from" | "via", label: Key) => (
    <label>{t(label)}
      <select value={s.journey[name]} onChange={(e) => s.travel({ ...s.journey, [name]: e.currentTarget.value })}>
        <option value="">{t("journey.any")}</option>
        {countries.map(([code, text]) => <option key={code} value={code}>{text}</option>)}
      </select>
    </label>
  );
  return (
    <fieldset class="journey">
      <legend>{t("journey.title")}</legend>
      <label>{t("journey.purpose")}
        <select value={s.journey.purpose} onChange={(e) => s.travel({ ...s.journey, purpose: e.currentTarget.value })}>
          {purposes.map((p) => <option key={p} value={p}>{words[p] ?? p}</option>)}
        </select>
      </label>
      <p class="fixed"><span>{t("journey.to")}</span> <strong>{countries.find(([c]) => c === here)?.[1] ?? here}</strong></p>
      {place("from", "journey.from")}
      {place("via", "journey.via")}
      <label>{t("journey.category")}
        <select value={s.journey.category} onChange={(e) => s.travel({ ...s.journey, category: e.currentTarget.value })}>
          <option value="">{t("journey.any")}</option>
          {categories.map((c) => <option key={c} value={c}>{t(("category." + c) as Key)}</option>)}
        </select>
      </label>
    </fieldset>
  );
}

/** JourneyLine says the journey in one line. */
export function JourneyLine() {
  const s = useStation();
  const countries = useCountries();
  const name = (c: string) => countries.find(([code]) => code === c)?.[1] ?? c;
  const way = [s.journey.from ? name(s.journey.from) : t("journey.anywhere"), ...(s.journey.via ? [name(s.journey.via)] : []), name(s.settings.country)];
  return <span>{way.join(" → ")}{s.journey.category && " · " + t(("category." + s.journey.category) as Key)}</span>;
}
