// How old the public data is: a light, a shape and a sentence.
import { useEffect, useState } from "preact/hooks";
import { hour, present } from "../core/clock";
import { Shape } from "../core/shapes";
import { moment, number, t } from "../core/speech";
import type { Colour } from "../core/verifier";
import { useStation } from "./station";

/** useTick draws a component again and again. */
export function useTick(every: number): void {
  const [, again] = useState(0);
  useEffect(() => {
    const i = setInterval(() => again((n) => n + 1), every);
    return () => clearInterval(i);
  }, [every]);
}

/** Freshness says of when the data is: within a day, due for renewal, or past the end that it states. What follows from that the verifier says. */
export function Freshness() {
  const { known, office } = useStation();
  const now = present().getTime();
  const asOf = known.as_of ? Date.parse(known.as_of) : NaN;
  const age = Math.max(0, Math.floor((now - asOf) / hour));
  const over = known.hard_expiry !== undefined && now > Date.parse(known.hard_expiry);
  const due = known.soft_expiry === undefined ? age >= 24 : now > Date.parse(known.soft_expiry);
  const light: Colour = Number.isNaN(asOf) ? "grey" : over ? "red" : due ? "amber" : "green";
  const old = age < 48 ? t("fresh.hours", { n: number(age) }) : t("fresh.days", { n: number(Math.floor(age / 24)) });
  const text = Number.isNaN(asOf) ? t("fresh.unknown") : over ? t("fresh.over", { at: moment(known.hard_expiry) }) : t("fresh.of", { at: moment(known.as_of), old });
  return (
    <p class={"fresh fresh-" + light}>
      <Shape of={light} /><span>{text}{office.kept && " · " + t("fresh.kept")}{known.demo && <strong class="demo"> · DEMO</strong>}</span>
    </p>
  );
}
