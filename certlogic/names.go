package certlogic

import (
	"strconv"
	"strings"
)

// names are the ordinary names, in English and French, of the paths of the EU
// Digital COVID Certificate (DCC schema 1.3.3) and of the data that engines put
// beside it. Entries are named without their number: payload.t.sc.
var names = map[string][2]string{
	"external.validationClock":   {"the moment of the check", "le moment du contrôle"},
	"external.countryCode":       {"the country of arrival", "le pays d’arrivée"},
	"external.issuerCountryCode": {"the issuing country", "le pays émetteur"},
	"external.region":            {"the region of arrival", "la région d’arrivée"},
	"external.exp":               {"the expiry of the signature", "l’expiration de la signature"},
	"external.iat":               {"the time of the signature", "l’heure de la signature"},
	"external.kid":               {"the signing key", "la clé de signature"},

	"external.history.stays":            {"the places where one was", "les lieux où l’on a été"},
	"external.history.areas":            {"the areas where one was", "les zones où l’on a été"},
	"external.history.area.low":         {"the last time in an area of the level low", "la dernière fois dans une zone de niveau bas"},
	"external.history.area.medium":      {"the last time in an area of the level medium", "la dernière fois dans une zone de niveau moyen"},
	"external.history.area.high":        {"the last time in an area of the level high", "la dernière fois dans une zone de niveau élevé"},
	"external.history.exposure.low":     {"the last day of low exposure", "le dernier jour d’exposition faible"},
	"external.history.exposure.high":    {"the last day of high exposure", "le dernier jour d’exposition élevée"},
	"external.history.exposure.checked": {"the last day for which a device looked for exposures", "le dernier jour pour lequel un appareil a cherché des expositions"},
	"external.history.venue.low":        {"the last time at a place with a warning of low risk", "la dernière fois dans un lieu signalé à risque faible"},
	"external.history.venue.high":       {"the last time at a place with a warning of high risk", "la dernière fois dans un lieu signalé à risque élevé"},
	"external.history.symptom":          {"the last day with symptoms", "le dernier jour avec des symptômes"},
	"external.history.order.isolation":  {"the end of an order of isolation", "la fin d’un ordre d’isolement"},
	"external.history.order.quarantine": {"the end of an order of quarantine", "la fin d’un ordre de quarantaine"},
	"external.history.order.monitoring": {"the end of an order of monitoring", "la fin d’un ordre de surveillance"},
	"external.history.order.test":       {"the end of an order to be tested", "la fin d’un ordre de test"},
	"external.history.test.negative":    {"the sample of the last negative test", "le prélèvement du dernier test négatif"},
	"external.history.test.nucleic":     {"the sample of the last negative nucleic acid test", "le prélèvement du dernier test d’amplification négatif"},
	"external.history.test.positive":    {"the sample of the last positive test", "le prélèvement du dernier test positif"},

	"external.valueSets.disease-agent-targeted":                  {"the list of known diseases", "la liste des maladies connues"},
	"external.valueSets.sct-vaccines-covid-19":                   {"the list of known kinds of vaccine", "la liste des types de vaccin connus"},
	"external.valueSets.vaccines-covid-19-names":                 {"the list of known vaccines", "la liste des vaccins connus"},
	"external.valueSets.vaccines-covid-19-auth-holders":          {"the list of known vaccine makers", "la liste des fabricants de vaccins connus"},
	"external.valueSets.covid-19-lab-test-manufacturer-and-name": {"the list of known test devices", "la liste des tests rapides connus"},
	"external.valueSets.covid-19-lab-result":                     {"the list of known test results", "la liste des résultats de test connus"},
	"external.valueSets.covid-19-lab-test-type":                  {"the list of known types of test", "la liste des types de test connus"},
	"external.valueSets.country-2-codes":                         {"the list of known countries", "la liste des pays connus"},

	"payload":         {"the certificate", "le certificat"},
	"payload.ver":     {"the version of the certificate", "la version du certificat"},
	"payload.dob":     {"the date of birth", "la date de naissance"},
	"payload.nam":     {"the name", "le nom"},
	"payload.nam.fn":  {"the surname", "le nom de famille"},
	"payload.nam.fnt": {"the surname in passport letters", "le nom de famille en lettres de passeport"},
	"payload.nam.gn":  {"the forename", "le prénom"},
	"payload.nam.gnt": {"the forename in passport letters", "le prénom en lettres de passeport"},

	"payload.v[]":  {"the list of vaccinations", "la liste des vaccinations"},
	"payload.v":    {"the vaccination", "la vaccination"},
	"payload.v.tg": {"the disease vaccinated against", "la maladie visée par le vaccin"},
	"payload.v.vp": {"the kind of vaccine", "le type de vaccin"},
	"payload.v.mp": {"the vaccine", "le vaccin"},
	"payload.v.ma": {"the vaccine maker", "le fabricant du vaccin"},
	"payload.v.dn": {"the number of the dose", "le numéro de la dose"},
	"payload.v.sd": {"the number of doses in the series", "le nombre de doses de la série"},
	"payload.v.dt": {"the date of vaccination", "la date de vaccination"},
	"payload.v.co": {"the country of vaccination", "le pays de vaccination"},
	"payload.v.is": {"the issuer of the certificate", "l’émetteur du certificat"},
	"payload.v.ci": {"the certificate identifier", "l’identifiant du certificat"},

	"payload.t[]":  {"the list of tests", "la liste des tests"},
	"payload.t":    {"the test", "le test"},
	"payload.t.tg": {"the disease tested for", "la maladie recherchée par le test"},
	"payload.t.tt": {"the type of test", "le type de test"},
	"payload.t.nm": {"the name of the test", "le nom du test"},
	"payload.t.ma": {"the test device", "le dispositif de test"},
	"payload.t.sc": {"the time of sampling", "l’heure du prélèvement"},
	"payload.t.dr": {"the time of the test result", "l’heure du résultat du test"},
	"payload.t.tr": {"the test result", "le résultat du test"},
	"payload.t.tc": {"the test centre", "le centre de test"},
	"payload.t.co": {"the country of the test", "le pays du test"},
	"payload.t.is": {"the issuer of the certificate", "l’émetteur du certificat"},
	"payload.t.ci": {"the certificate identifier", "l’identifiant du certificat"},

	"payload.r[]":  {"the list of recoveries", "la liste des rétablissements"},
	"payload.r":    {"the recovery", "le rétablissement"},
	"payload.r.tg": {"the disease recovered from", "la maladie dont la personne est rétablie"},
	"payload.r.fr": {"the date of the first positive test", "la date du premier test positif"},
	"payload.r.df": {"the first day of validity", "le premier jour de validité"},
	"payload.r.du": {"the last day of validity", "le dernier jour de validité"},
	"payload.r.co": {"the country of the recovery", "le pays du rétablissement"},
	"payload.r.is": {"the issuer of the certificate", "l’émetteur du certificat"},
	"payload.r.ci": {"the certificate identifier", "l’identifiant du certificat"},
}

// named returns the row of names for a path, empty if there is none, and the
// index of the entry in its list.
func named(path string) (row [2]string, entry int) {
	if row, ok := names[path]; ok && path != "payload.v" && path != "payload.t" && path != "payload.r" {
		return row, 0
	}
	parts := strings.Split(path, ".")
	if len(parts) < 2 || parts[0] != "payload" {
		return row, 0
	}
	if len(parts) == 2 {
		return names[path+"[]"], 0
	}
	entry, err := strconv.Atoi(parts[2])
	if err != nil || entry < 0 || len(parts) > 4 {
		return row, 0
	}
	return names[strings.Join(append([]string{"payload", parts[1]}, parts[3:]...), ".")], entry
}

// codes returns what a code in a rule means, in English and French; empty if it
// is not one of the few that most rules use (EU value sets 2.12.0).
func codes(code string) [2]string {
	same := func(name string) [2]string { return [2]string{name, name} }
	switch code {
	case "840539006":
		return same("COVID-19")
	case "LP6464-4":
		return [2]string{"nucleic acid test", "test d’amplification"}
	case "LP217198-3":
		return [2]string{"rapid antigen test", "test antigénique rapide"}
	case "260415000":
		return [2]string{"not detected", "non détecté"}
	case "260373001":
		return [2]string{"detected", "détecté"}
	case "EU/1/20/1528":
		return same("Comirnaty")
	case "EU/1/20/1507":
		return same("Spikevax")
	case "EU/1/21/1529":
		return same("Vaxzevria")
	case "EU/1/20/1525":
		return same("Jcovden")
	case "EU/1/21/1618":
		return same("Nuvaxovid")
	}
	return [2]string{}
}
