// The weekly return: how many decisions of which kind, and nothing about anybody.
import { useEffect, useState } from "preact/hooks";
import { Title } from "../core/said";
import { t } from "../core/speech";
import { useStation } from "./station";

export function Return() {
  const s = useStation();
  const [weeks, setWeeks] = useState<string[]>();
  const [trouble, setTrouble] = useState("");
  useEffect(() => { s.office.weeks().then(setWeeks, () => setTrouble(t("trouble.away"))); }, [s.office]);
  return (
    <section class="card">
      <Title k="return.title" />
      <p>{t("return.what")}</p>
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {weeks?.length === 0 && <p>{t("return.none")}</p>}
      <ul>{weeks?.map((w) => <li key={w}><a href={"/api/return?week=" + w} download={`${s.settings.desk}-${w}.csv`}>{w}</a></li>)}</ul>
      <button type="button" onClick={() => s.go(s.shift ? { at: "scan" } : { at: "shift" })}>{t("back")}</button>
    </section>
  );
}
