// How the officer likes the page. It is kept in this browser.
import { languages, t } from "../core/speech";
import { Dialog } from "../core/dialog";
import { useStation } from "./station";

export function Preferences({ close }: { close(): void }) {
  const s = useStation();
  const l = s.liking;
  return (
    <Dialog title={t("preferences")} close={close}>
      <div class="stack">
        <label>{t("preferences.traveller")}
          <select value={l.traveller} onChange={(e) => s.like({ ...l, traveller: e.currentTarget.value })}>
            {languages.map((x) => <option key={x.code} value={x.code} lang={x.code}>{x.name}</option>)}
          </select>
        </label>
        <label>{t("preferences.back")}
          <select value={String(l.back)} onChange={(e) => s.like({ ...l, back: Number(e.currentTarget.value) })}>
            <option value="0">{t("preferences.back.never")}</option>
            {[5, 8, 10, 15].map((n) => <option key={n} value={String(n)}>{t("preferences.back.after", { n })}</option>)}
          </select>
        </label>
        <label>{t("preferences.camera")}
          <select value={l.facing} onChange={(e) => s.like({ ...l, facing: e.currentTarget.value === "user" ? "user" : "environment" })}>
            <option value="environment">{t("preferences.camera.back")}</option><option value="user">{t("preferences.camera.front")}</option>
          </select>
        </label>
        <label>{t("slip.paper")}
          <select value={l.paper} onChange={(e) => s.like({ ...l, paper: e.currentTarget.value === "slip" ? "slip" : "a4" })}>
            <option value="a4">A4</option><option value="slip">80 mm</option>
          </select>
        </label>
        <label class="check"><input type="checkbox" checked={l.discreet} onChange={(e) => s.like({ ...l, discreet: e.currentTarget.checked })} /> {t("preferences.discreet")}</label>
        <p class="hint">{t("preferences.kept")}</p>
      </div>
    </Dialog>
  );
}
