// A choice of country that says of which ones rules are known here.
import { t } from "../core/speech";
import { useCountries, useHome } from "./state";

/** CountryOptions are the options of a select: first those with rules for a purpose, then all others, under what they are. */
export function CountryOptions({ purpose }: { purpose?: "entry" | "transit" | "self" }) {
  const { known } = useHome();
  const countries = useCountries();
  const has = (code: string) => known.rules.some((r) => r.purpose === purpose && (r.jurisdiction === code || r.jurisdiction === "*"));
  const some = purpose && countries.filter(([code]) => has(code));
  const option = ([code, text]: [string, string]) => <option key={code} value={code}>{text}</option>;
  return (
    <>
      <option value="">{t("wallet.choose")}</option>
      {some
        ? <>
            {some.length > 0 && <optgroup label={t("wallet.rules.known")}>{some.map(option)}</optgroup>}
            {some.length < countries.length && <optgroup label={t("wallet.rules.none")}>{countries.filter(([code]) => !has(code)).map(option)}</optgroup>}
          </>
        : countries.map(option)}
    </>
  );
}
