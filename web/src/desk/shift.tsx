// The start of a shift: who is here, and which time it is.
import { useState } from "preact/hooks";
import { present, rfc3339, setClock } from "../core/clock";
import { Trouble } from "../core/office";
import { Title } from "../core/said";
import { moment, t } from "../core/speech";
import { JourneyChoice } from "./journey";
import { useStation, type Shift } from "./station";
import { useTick } from "./freshness";

export function ShiftStart({ begun }: { begun(s: Shift): void }) {
  const s = useStation();
  useTick(1000);
  const floor = new Date(s.settings.floor);
  const wrong = present() < floor;
  const [officer, setOfficer] = useState("");
  const [passphrase, setPassphrase] = useState("");
  const [setting, setSetting] = useState(wrong);
  const [date, setDate] = useState(() => local(wrong ? floor : present()).slice(0, 10));
  const [time, setTime] = useState(() => local(wrong ? floor : present()).slice(11, 16));
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const [away, setAway] = useState(false);

  const begin = async (e: Event) => {
    e.preventDefault();
    setTrouble("");
    setAway(false);
    if (setting) {
      const said = new Date(`${date}T${time}:00`);
      if (Number.isNaN(said.getTime()) || said < floor) {
        setTrouble(t("shift.clock.early", { floor: moment(floor) }));
        return;
      }
      setClock(said);
    }
    setBusy(true);
    try {
      const signs = await s.office.begin(officer.trim(), rfc3339(present()), passphrase);
      begun({ officer: officer.trim(), signs });
    } catch (err) {
      setTrouble(why(err, floor));
      setAway(err instanceof Trouble && err.word === "away");
    } finally {
      setBusy(false);
    }
  };

  return (
    <form class="shift card" onSubmit={(e) => void begin(e)}>
      <Title k="shift.title" />
      <fieldset>
        <legend>{t("shift.clock")}</legend>
        <p class="clock"><time dateTime={rfc3339(present())}>{new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeStyle: "medium", hour12: false }).format(present())}</time></p>
        {wrong && <p class="trouble">{t("shift.clock.wrong", { floor: moment(floor) })}</p>}
        <label class="check"><input type="checkbox" checked={setting} onChange={(e) => setSetting(e.currentTarget.checked)} /> {t("shift.clock.set")}</label>
        {setting && (
          <div class="row">
            <label>{t("shift.date")}<input type="date" required value={date} onInput={(e) => setDate(e.currentTarget.value)} /></label>
            <label>{t("shift.time")}<input type="time" required value={time} onInput={(e) => setTime(e.currentTarget.value)} /></label>
          </div>
        )}
      </fieldset>
      <label>{t("shift.officer")}
        <input name="officer" required maxLength={32} pattern="[A-Za-z0-9][A-Za-z0-9._\-]*" autocomplete="off" spellcheck={false} value={officer} onInput={(e) => setOfficer(e.currentTarget.value)} aria-describedby="officer-hint" />
      </label>
      <p id="officer-hint" class="hint">{t("shift.officer.hint")}</p>
      {s.settings.signs && s.settings.sealed && (
        <label>{t("shift.passphrase")}<input type="password" required autocomplete="off" value={passphrase} onInput={(e) => setPassphrase(e.currentTarget.value)} /></label>
      )}
      {!s.settings.signs && <p class="hint">{t("shift.unsigned")}</p>}
      <JourneyChoice />
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      <button type="submit" class="primary" disabled={busy}>{busy ? t("shift.opening") : t("shift.begin")}</button>
      {away && <button type="button" onClick={() => begun({ officer: officer.trim(), signs: false })}>{t("shift.alone")}</button>}
      <p class="row"><button type="button" onClick={() => s.go({ at: "return" })}>{t("return.title")}</button>
        <button type="button" onClick={() => s.go({ at: "kiosk" })}>{t("kiosk.start")}</button></p>
    </form>
  );
}

function why(err: unknown, floor: Date): string {
  switch (err instanceof Trouble ? err.word : "") {
    case "wrong_pass": return t("shift.wrong_pass");
    case "wrong_clock": return t("shift.clock.early", { floor: moment(floor) });
    case "away": return t("trouble.away");
  }
  return t("trouble.other", { why: err instanceof Error ? err.message : "?" });
}

/** local is a moment as inputs of date and time have it. */
function local(d: Date): string {
  return new Date(d.getTime() - d.getTimezoneOffset() * 60_000).toISOString();
}
