// The officer decides. Whether a decision needs a reason or a second officer the
// verifier says (verify.Decision): the page asks for what is still missing.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { hour, present, rfc3339 } from "../core/clock";
import { Trouble } from "../core/office";
import { Also } from "../core/said";
import { language, t, type Key } from "../core/speech";
import { Refused } from "../core/verifier";
import { Dialog } from "../core/dialog";
import { judge, question, useStation, type Case, type Decided, type Outcome, type Station } from "./station";
import { useSpace } from "./verdict";

export const outcomes = ["admitted", "second_desk", "health_service", "refused"] as const;
const overrides = ["other_evidence", "not_shown", "identity_doubt", "right_of_entry", "humanitarian", "health_service_asked", "random_check", "instruction", "technical_fault", "other"];

/** Missing is what a decision still needs. */
export type Missing = { needs: "override" | "officer" | "verdict" };

/** settle writes a receipt and has the decision counted, or says what is missing. */
export async function settle(s: Station, c: Case, o: Outcome): Promise<Decided | Missing> {
  const q = question(s, c.journey, c.at, c.mrz);
  // Green by several codes together: a receipt is for one of them, and says that others were shown.
  if (c.verdict === "green" && c.alone !== "green") {
    if (o.outcome === "refused" && o.officers.length < 2) return { needs: "officer" };
    if (o.outcome !== "admitted" && !o.override) return { needs: "override" };
    if (o.outcome === "admitted" && !o.override) o = { ...o, override: "other_evidence" };
  }
  const written = await s.verifier.receipt(c.texts[0] ?? "", q, {
    verdict: c.alone, outcome: o.outcome, override: o.override, text_code: o.sentence, desk: s.settings.desk,
    officers: o.officers, appeal: s.settings.appeal,
  });
  if (written.needs) return { needs: written.needs };
  const now = present();
  const count = { hour: rfc3339(new Date(Math.floor(now.getTime() / hour) * hour)), verdict: c.alone, outcome: o.outcome, override: o.override, sentence: o.sentence };
  const done = await s.office.decide(written.text ?? "", count, o.confirm);
  return { of: c, outcome: { ...o, confirm: "" }, ...done };
}

/** Decide has a button for each outcome. */
export function Decide({ case: c, group }: { case: Case; group: Case[] | undefined }) {
  const s = useStation();
  const [asking, setAsking] = useState<{ needs: "override" | "officer"; o: Outcome; wrong?: number }>();
  const [trouble, setTrouble] = useState("");
  const busy = useRef(false);

  const decide = useCallback(async (o: Outcome) => {
    if (busy.current || !s.shift) return;
    busy.current = true;
    setTrouble("");
    try {
      // What was asked long ago is asked again: a receipt is for now.
      const fresh = present().getTime() - Date.parse(c.at) > 5 * 60_000 ? await judge(s, c.texts, c.journey, c.mrz, c.seen, c.paper) : c;
      const d = await settle(s, fresh, o);
      if (!("needs" in d)) return s.go({ at: "slip", decided: d, ...(group ? { group: group.filter((x) => x !== c) } : {}) });
      if (d.needs === "verdict") {
        s.go({ at: "verdict", case: await judge(s, c.texts, c.journey, c.mrz, c.seen, c.paper), ...(group ? { group } : {}) });
        return s.tell(t("decide.changed"));
      }
      setAsking((a) => ({ needs: d.needs as "override" | "officer", o, ...(a?.wrong ? { wrong: a.wrong } : {}) }));
    } catch (err) {
      if (err instanceof Trouble && err.word === "wrong_officer") return setAsking((a) => ({ needs: "officer", wrong: (a?.wrong ?? 0) + 1, o: { ...o, confirm: "", officers: o.officers.slice(0, 1) } }));
      setAsking(undefined);
      setTrouble(why(err));
    } finally {
      busy.current = false;
    }
  }, [s, c, group]);

  const officers = [s.shift?.officer ?? ""];
  const choose = (outcome: string) => {
    const admits = outcome === "admitted" && c.paper !== undefined; // what was seen is the reason
    return decide({ outcome, override: admits ? "other_evidence" : "", sentence: admits ? c.paper! : "", officers, confirm: "" });
  };
  const admit = useCallback(() => { void decide({ outcome: "admitted", override: "", sentence: "", officers: [s.shift?.officer ?? ""], confirm: "" }); }, [decide, s.shift]);
  useSpace(c.verdict === "green" ? admit : undefined);

  return (
    <div class="decide" role="group" aria-label={t("decide.title")}>
      {outcomes.map((o) => (
        <button type="button" key={o} class={"outcome outcome-" + o + (o === "admitted" && c.verdict === "green" ? " primary" : "")} onClick={() => void choose(o)}>{t(("outcome." + o) as Key)}<Also k={("outcome." + o) as Key} /></button>
      ))}
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {asking?.needs === "override" && <AskReason outcome={asking.o} close={() => setAsking(undefined)} give={(o) => void decide(o)} />}
      {asking?.needs === "officer" && <AskOfficer key={asking.wrong} outcome={asking.o} wrong={asking.wrong !== undefined} close={() => setAsking(undefined)} give={(o) => void decide(o)} elsewhere={() => void choose("second_desk")} />}
    </div>
  );
}

export function why(err: unknown): string {
  const word = err instanceof Trouble ? err.word : "";
  switch (word) {
    case "not_counted": return t("trouble.not_counted", { why: (err as Error).message });
    case "foreign_receipt": return t("trouble.foreign", { why: (err as Error).message });
    case "not_kept": return t("trouble.not_kept");
    case "no_shift": return t("trouble.no_shift");
    case "no_confirming": return t("decide.officer.none") + " " + t("decide.officer.alone");
  }
  if (err instanceof Refused) return t("trouble.receipt", { why: err.message });
  return t("trouble.other", { why: err instanceof Error ? err.message : "?" });
}

/** AskReason asks why the decision is not what follows from the answer. */
function AskReason({ outcome, give, close }: { outcome: Outcome; give(o: Outcome): void; close(): void }) {
  const s = useStation();
  const lang = language();
  const [words, setWords] = useState<Record<string, string>>({});
  const [reason, setReason] = useState("");
  const [sentence, setSentence] = useState("");
  useEffect(() => {
    void s.verifier.say(lang, overrides.map((o) => "override_" + o)).then((a) => setWords(Object.fromEntries(Object.entries(a.said).map(([k, v]) => [k, v.text]))));
  }, [s.verifier, lang]);
  const other = reason === "other";
  return (
    <Dialog title={t("decide.reason", { outcome: t(("outcome." + outcome.outcome) as Key) })} close={close}>
      <form onSubmit={(e) => { e.preventDefault(); give({ ...outcome, override: reason, sentence: other ? sentence : outcome.sentence }); }}>
        <fieldset class="choices">
          <legend>{t("decide.why")}</legend>
          {overrides.map((o) => (
            <label key={o} class="check"><input type="radio" name="reason" required checked={reason === o} onChange={() => setReason(o)} /> {words["override_" + o] ?? o}</label>
          ))}
        </fieldset>
        {other && (
          <label>{t("decide.sentence")}
            <select required value={sentence} onChange={(e) => setSentence(e.currentTarget.value)}>
              <option value="">{t("decide.choose")}</option>
              {s.settings.sentences.map((x) => <option key={x.code} value={x.code}>{sentenceText(x)}</option>)}
            </select>
          </label>
        )}
        <button type="submit" class="primary" disabled={reason === "" || other && sentence === ""}>{t(("outcome." + outcome.outcome) as Key)}</button>
      </form>
    </Dialog>
  );
}

const own = ["infant", "exemption_letter", "paper_card", "dead_phone"];

/** sentenceText is a fixed sentence: the page's own in its language, those of the desk as it wrote them. */
export function sentenceText(x: { code: string; text: string }): string {
  return own.includes(x.code) ? t(("sentence." + x.code) as Key) : x.text;
}

/** AskOfficer asks for the second officer, without whom nobody who met the rules is refused. */
function AskOfficer({ outcome, wrong, give, elsewhere, close }: { outcome: Outcome; wrong: boolean; give(o: Outcome): void; elsewhere(): void; close(): void }) {
  const { settings } = useStation();
  const [second, setSecond] = useState("");
  const [confirm, setConfirm] = useState("");
  const [trouble, setTrouble] = useState(wrong ? t("decide.officer.wrong") : "");
  const [busy, setBusy] = useState(false); // until the next answer, which makes this dialog anew
  const [first] = outcome.officers;
  return (
    <Dialog title={t("decide.officer")} close={close}>
      <p>{t("decide.officer.why")}</p>
      {settings.seconds
        ? <form class="stack" onSubmit={(e) => {
            e.preventDefault();
            if (first === second.trim()) return setTrouble(t("decide.officer.same"));
            setBusy(true);
            give({ ...outcome, officers: [first ?? "", second.trim()], confirm });
          }}>
            <label>{t("decide.officer.name")}
              <input required maxLength={32} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*" autocomplete="off" spellcheck={false} value={second} onInput={(e) => setSecond(e.currentTarget.value)} />
            </label>
            <label>{t("decide.officer.passphrase")}
              <input type="password" required autocomplete="off" value={confirm} onInput={(e) => setConfirm(e.currentTarget.value)} />
            </label>
            {trouble && <p class="trouble" role="alert">{trouble}</p>}
            <button type="submit" class="primary" disabled={busy}>{t("decide.officer.confirm")}</button>
          </form>
        : <p class="note">{t("decide.officer.none")}</p>}
      <p class="hint">{t("decide.officer.alone")}</p>
      <button type="button" onClick={elsewhere}>{t("outcome.second_desk")}</button>
    </Dialog>
  );
}
