// No code at hand: an infant, a letter, a yellow card, a telephone that is dead.
// The officer looks, guided by a list, and decides; the verifier has nothing to
// read and says so. It takes no more steps than a code.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Title } from "../core/said";
import { t, type Key } from "../core/speech";
import { Decide } from "./decide";
import { judge, useStation, type Case } from "./station";

const kinds = ["infant", "exemption_letter", "paper_card", "dead_phone"] as const;
type Kind = (typeof kinds)[number];
const steps: Record<Kind, number> = { infant: 3, exemption_letter: 4, paper_card: 6, dead_phone: 4 };

export function Paper() {
  const s = useStation();
  const [c, setCase] = useState<Case>();
  const look = useRef<HTMLHeadingElement>(null);
  const choose = async (kind: Kind) => setCase(await judge(s, [""], s.journey, "", performance.now(), kind));
  const kind = c?.paper as Kind | undefined;
  // With the list, not after it: who has gone on by keyboard is not called back.
  useLayoutEffect(() => { if (kind) look.current?.focus(); }, [kind]);
  return (
    <section class="paper">
      <Title k="paper.title" />
      <div class="kinds" role="group" aria-label={t("paper.what")}>
        {kinds.map((k) => <button type="button" key={k} aria-pressed={k === kind} onClick={() => void choose(k)}>{t(("paper." + k) as Key)}</button>)}
      </div>
      {c && kind && (
        <div class="card">
          <h2 ref={look} tabIndex={-1}>{t("paper.look")}</h2>
          <ol class="looks">{Array.from({ length: steps[kind] }, (_, i) => <li key={kind + i}><label class="check"><input type="checkbox" /> {t(`paper.${kind}.${i + 1}` as Key)}</label></li>)}</ol>
          <p class="hint">{t("paper.hint")}</p>
          <Decide key={kind} case={c} group={undefined} />
        </div>
      )}
      <p class="ways"><button type="button" onClick={() => s.go({ at: "scan" })}>{t("back")}</button></p>
    </section>
  );
}
