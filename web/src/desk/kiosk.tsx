// A screen on a wall that nobody attends. It never refuses: it says go on, or
// asks to go to a desk. It shows no name, and goes back by itself.
import { useEffect, useRef, useState } from "preact/hooks";
import { present } from "../core/clock";
import { Shape } from "../core/shapes";
import { Also, Title } from "../core/said";
import { t } from "../core/speech";
import { CameraView } from "./cameraview";
import { useInputs } from "./inputs";
import { judge, useStation, wanted } from "./station";

export function Kiosk() {
  const s = useStation();
  const [answer, setAnswer] = useState<"go" | "desk">();
  const busy = useRef(false);
  const seconds = Math.max(5, s.liking.back);
  const wrong = present() < new Date(s.settings.floor);

  const take = async (texts: string[]) => {
    if (busy.current || answer) return;
    busy.current = true;
    try {
      const found = await wanted(s, texts);
      const c = found.texts.length > 0 ? await judge(s, found.texts, s.journey, "", performance.now()) : undefined;
      setAnswer(c?.verdict === "green" ? "go" : "desk");
    } catch {
      setAnswer("desk");
    } finally {
      busy.current = false;
    }
  };
  useInputs(s.scanner, (c) => { if ("texts" in c) void take(c.texts); });

  useEffect(() => {
    if (!answer) return;
    const i = setTimeout(() => setAnswer(undefined), seconds * 1000);
    return () => clearTimeout(i);
  }, [answer, seconds]);

  if (wrong) return <section class="kiosk"><Title k="kiosk.desk" /><p>{t("kiosk.closed")}</p></section>;
  return (
    <section class="kiosk" aria-live="polite">
      {answer === undefined
        ? <><Title k="kiosk.show" /><CameraView facing="user" seen={(x) => { void take(x.texts); return true; }} /><p class="kiosk-none">{t("kiosk.none")} <Also k="kiosk.none" /></p></>
        : <div class={"kiosk-answer kiosk-" + answer}>
            {answer === "go" ? <Shape of="green" /> : <svg class="shape" viewBox="0 0 100 100" aria-hidden="true"><path d="M10 50h70M55 22l28 28-28 28" fill="none" stroke="currentColor" stroke-width="12" stroke-linecap="round" stroke-linejoin="round" /></svg>}
            <Title k={answer === "go" ? "kiosk.go" : "kiosk.desk"} />
          </div>}
    </section>
  );
}
