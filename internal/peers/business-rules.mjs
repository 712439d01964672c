// dcc-business-rules-utils: a country's rules on a European certificate. What is
// no rule on a certificate is not for it.
import utils from "dcc-business-rules-utils"
import { answer } from "./answer.mjs"

function evaluate({ logic, data }) {
  const external = data?.external
  if (!data?.payload || !external?.validationClock) return { unsupported: "no certificate, or no moment" }
  const rule = {
    Identifier: "GR-XB-0001", Type: "Acceptance", Country: external.countryCode, Version: "1.0.0", SchemaVersion: "1.0.0", Engine: "CERTLOGIC", EngineVersion: "0.7.5",
    CertificateType: "General", Description: [{ lang: "en", desc: "One of the vectors of Pratique." }], ValidFrom: "2020-01-01T00:00:00Z", ValidTo: "2040-01-01T00:00:00Z",
    AffectedFields: ["dob"], Logic: logic,
  }
  const { logicValidationErrors, schemaValidationsErrors } = utils.validateRule(rule)
  if (logicValidationErrors.length > 0 || schemaValidationsErrors.length > 0) return { error: "not a rule" }
  try {
    const parameters = { CoA: external.countryCode, CoI: external.issuerCountryCode, validationTime: external.validationClock }
    return { result: utils.validateDcc([rule], parameters, external.valueSets, data.payload) }
  } catch (e) {
    return { error: String(e.message) || "an error without words" }
  }
}

await answer({ name: "dcc-business-rules-utils", version: "0.4.0", roles: ["rules"] }, { eval: evaluate })
