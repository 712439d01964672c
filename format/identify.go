package format

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/pratique/pratique/format/shl"
)

// What names what a text is; the names are codes of package words.
type What string

// What the texts in QR codes and other scans are.
const (
	Empty        What = "empty"
	HC1          What = "hc1"               // EU digital certificate and WHO's family
	HCNext       What = "hc_next"           // HC2 to HCZ: versions to come
	SHC          What = "smart_health_card" // shc:/
	VDS          What = "icao_seal"         // VDS-NC
	DIVOC        What = "divoc"             // a zip with a credential
	HealthLink   What = "health_link"       // shlink:/ or vhlink:/
	NZPass       What = "nz_pass"
	LightCode    What = "light_code"            // LT1: the light certificate of Switzerland and Liechtenstein
	ATExemption  What = "at_exemption"          // AT1: an exemption of Austria
	French2DDoc  What = "french_2ddoc"          // 2D-DOC of a test or vaccination, before the European certificate
	NLPass       What = "nl_pass"               // NL2: CoronaCheck, for use at home
	DKPass       What = "dk_pass"               // DK3: Coronapas, for use at home
	IBMPass      What = "hpass"                 // did:hpass: IBM Digital Health Pass; New York's first Excelsior Pass
	National     What = "national_pass"         // domestic forms that were never meant to cross a border
	ChinesePass  What = "chinese_pass"          // by where it leads, or what it calls itself: its inside is not public
	Credential   What = "verifiable_credential" // of the W3C, and none of the kinds above
	VenueCode    What = "venue_code"            // check-in posters of tracking systems
	WebAddress   What = "web_address"
	WiFi         What = "wifi"
	Contact      What = "contact"
	Phone        What = "phone"
	Message      What = "message"
	Email        What = "email"
	Place        What = "place"
	CalendarDate What = "calendar"
	Payment      What = "payment"
	Secret       What = "authenticator"
	BoardingPass What = "boarding_pass"
	PassportLine What = "passport_lines"
	ProductCode  What = "product_code"
	Identity     What = "identity_wallet"
	Receipt      What = "receipt"        // of a decision, see package verify
	OwnHistory   What = "travel_history" // see package history
	Wallet       What = "wallet"         // see package wallet; sealed, or in clear
	JSONData     What = "json"
	PlainText    What = "plain_text"
)

// unsupported are the health formats that are known by sight and not read yet,
// with the name that answers give as their format.
var unsupported = map[What]string{
	NZPass: "nzcp", NLPass: "national", DKPass: "national", IBMPass: "vc", LightCode: "national", ATExemption: "national", French2DDoc: "national", National: "national", Credential: "vc",
}

// Health reports whether it is a health code, of a family that is read or of
// one that is only known by sight: something more can be said about it than what
// it is not.
func (w What) Health() bool {
	switch w {
	case HC1, HCNext, SHC, VDS, DIVOC, HealthLink, ChinesePass:
		return true
	}
	return unsupported[w] != ""
}

// prefixes are looked up in order; those in lower case match either case.
var prefixes = []struct {
	prefix string
	what   What
}{
	{"HC1:", HC1}, {"shc:", SHC}, {"shlink:/", HealthLink}, {"vhlink:/", HealthLink}, {"NZCP:/", NZPass}, {"B64:", DIVOC}, {"PK\x03\x04", DIVOC},
	{"AT1:", ATExemption}, {"LT1:", LightCode}, {"NL2:", NLPass}, {"DK3:", DKPass}, {"CRED:", National}, {"HL0:", National},
	{"NZCOVIDTRACER:", VenueCode}, {"UKC19TRACING:", VenueCode}, {"https://e.coronawarn.app", VenueCode}, {"https://qr.notify-me.ch", VenueCode}, {"https://tac.gouv.fr", VenueCode},
	{"pratique-receipt/", Receipt}, {"pratique-history/", OwnHistory}, {"pratique-wallet/", Wallet}, {"-----BEGIN AGE ENCRYPTED FILE-----", Wallet}, {"age-encryption.org/", Wallet},
	{"wifi:", WiFi}, {"begin:vcard", Contact}, {"mecard:", Contact}, {"bizcard:", Contact}, {"tel:", Phone}, {"sms:", Message}, {"smsto:", Message}, {"mmsto:", Message}, {"whatsapp:", Message},
	{"mailto:", Email}, {"matmsg:", Email}, {"smtp:", Email}, {"geo:", Place}, {"begin:vevent", CalendarDate}, {"begin:vcalendar", CalendarDate},
	{"bcd\n", Payment}, {"bcd\r", Payment}, {"spc\n", Payment}, {"spc\r", Payment}, {"bitcoin:", Payment}, {"ethereum:", Payment}, {"upi:", Payment}, {"000201", Payment},
	{"otpauth:", Secret}, {"otpauth-migration:", Secret}, {"openid4vp:", Identity}, {"openid-credential-offer:", Identity}, {"mdoc:", Identity}, {"did:", Identity}, {"didcomm:", Identity},
	{"http://", WebAddress}, {"https://", WebAddress}, {"www.", WebAddress}, {"ftp://", WebAddress},
}

// Identify says what a text is, by how it looks: HC1 means that the text claims
// to be one, and no more.
func Identify(text string) What {
	t := strings.Trim(text, "\r\n")
	if strings.TrimSpace(t) == "" {
		return Empty
	}
	for _, p := range prefixes {
		if t[0]|0x20 != p.prefix[0]|0x20 { // the same letter in either case
			continue
		}
		head := t[:min(len(t), len(p.prefix))]
		if head == p.prefix || strings.ToLower(head) == p.prefix {
			if p.what == WebAddress {
				return address(t)
			}
			return p.what
		}
	}
	t = strings.TrimSpace(t)
	switch {
	case len(t) >= 4 && t[:2] == "HC" && t[3] == ':' && (t[2] >= '2' && t[2] <= '9' || t[2] >= 'A' && t[2] <= 'Z'):
		return HCNext
	case t[0] == '{' && strings.Contains(t, `"icao.`):
		return VDS
	case t[0] == '{' && strings.Contains(t, `"verifiableCredential"`) && strings.Contains(t, `"ey`):
		return SHC
	case t[0] == '{' && (strings.Contains(t, `"ProofOfVaccinationCredential"`) || strings.Contains(t, `"ProofOfTestCertificateCredential"`)):
		return DIVOC
	case t[0] == '{' && strings.Contains(t, `"did:hpass:`):
		return IBMPass
	case t[0] == '{' && strings.Contains(t, `"@context"`) && (strings.Contains(t, "https://www.w3.org/2018/credentials") || strings.Contains(t, "https://www.w3.org/ns/credentials")):
		return Credential
	case t[0] == '{' || t[0] == '[':
		return JSONData
	case french2DDoc(t):
		return French2DDoc
	case strings.HasPrefix(t, "ey") && strings.Count(t, ".") == 2:
		return compactJWS(t)
	case boardingPass(t):
		return BoardingPass
	case passportLines(t):
		return PassportLine
	case digits(t) && (len(t) == 8 || len(t) == 12 || len(t) == 13 || len(t) == 14):
		return ProductCode
	}
	if chinese(t) {
		return ChinesePass
	}
	return PlainText
}

// compactJWS tells a SMART Health Card from any other token: its payload is
// compressed, and so is no JSON to the eye; or it should be, and its type says
// what it is.
func compactJWS(t string) What {
	_, rest, _ := strings.Cut(t, ".")
	payload, _, _ := strings.Cut(rest, ".")
	b, _ := base64.RawURLEncoding.DecodeString(payload)
	if len(b) > 0 && b[0] == '{' && !bytes.Contains(b, []byte("https://smarthealth.cards#")) {
		return Identity
	}
	return SHC
}

// address tells what an address leads to: records, after the address of a
// viewer, or a Chinese health code, which is opened on the government's platform.
func address(t string) What {
	if _, ok := shl.Cut(t); ok {
		return HealthLink
	}
	_, host, _ := strings.Cut(strings.ToLower(t[:min(len(t), 300)]), "://")
	if i := strings.IndexAny(host, "/?#:"); i >= 0 {
		host = host[:i]
	}
	if host == "gov.cn" || strings.HasSuffix(host, ".gov.cn") {
		return ChinesePass
	}
	return WebAddress
}

// chinese recognises the health codes and the international travel certificate
// of China by what they are called. Their bytes are not published.
func chinese(t string) bool {
	for _, name := range [...]string{"国际旅行健康证明", "健康码", "健康碼", "International Travel Health Certificate"} {
		if strings.Contains(t[:min(len(t), 2000)], name) {
			return true
		}
	}
	return false
}

// french2DDoc recognises a 2D-DOC whose document is a test (B2) or a
// vaccination (L1): DC, the version, and 16 to 18 characters about the
// signature before the kind.
func french2DDoc(t string) bool {
	return len(t) >= 26 && t[:2] == "DC" && digits(t[2:4]) && (t[20:22] == "B2" || t[20:22] == "L1")
}

// boardingPass recognises an IATA bar-coded boarding pass: M, the number of
// legs, the name in 20 characters, E for electronic ticket.
func boardingPass(t string) bool {
	return len(t) >= 60 && t[0] == 'M' && t[1] >= '1' && t[1] <= '4' && strings.Contains(t[2:22], "/") && t[22] == 'E'
}

// passportLines recognises the machine-readable zone of a travel document.
func passportLines(t string) bool {
	return len(t) >= 60 && strings.Count(t, "<") >= 5 && strings.IndexByte("PVIAC", t[0]) >= 0 &&
		strings.Trim(t, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<\r\n ") == ""
}

func digits(t string) bool { return strings.Trim(t, "0123456789") == "" }
