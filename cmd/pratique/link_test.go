package main

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pratique/pratique/internal/deflate"
)

// linkServer is a server of SMART Health Links as the framework says, with a
// card of our own.
type linkServer struct {
	*httptest.Server
	asked []string // requests, with their bodies
	left  int      // tries of the passcode
	card  string
}

var linkSecret = []byte("thirty-two bytes that open files")

func sealLink(content []byte, kind string) string {
	block, err := aes.NewCipher(linkSecret)
	if err != nil {
		panic(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	head := b64(fmt.Appendf(nil, `{"alg":"dir","enc":"A256GCM","zip":"DEF","cty":%q}`, kind))
	iv := make([]byte, 12)
	sealed := gcm.Seal(nil, iv, deflate.EncodeRaw(nil, content), []byte(head))
	return head + ".." + b64(iv) + "." + b64(sealed[:len(sealed)-16]) + "." + b64(sealed[len(sealed)-16:])
}

func newLinkServer(t *testing.T, card string) *linkServer {
	s := &linkServer{left: 5, card: card}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /manifest/{secret}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.asked = append(s.asked, r.URL.String()+" "+string(body))
		var in struct{ Passcode, Recipient string }
		if err := json.Unmarshal(body, &in); err != nil || in.Recipient == "" {
			http.Error(w, "no recipient", http.StatusBadRequest)
			return
		}
		if in.Passcode != "4711" {
			s.left--
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"remainingAttempts":%d}`, s.left)
			return
		}
		fmt.Fprintf(w, `{"status":"can-change","files":[{"contentType":"application/smart-health-card","embedded":%q},{"contentType":"application/fhir+json","location":%q}]}`,
			sealLink([]byte(s.card), "application/smart-health-card"), s.URL+"/file")
	})
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.URL.String())
		io.WriteString(w, sealLink([]byte(`{"resourceType":"Bundle"}`), "application/fhir+json"))
	})
	mux.HandleFunc("GET /direct", func(w http.ResponseWriter, r *http.Request) {
		s.asked = append(s.asked, r.URL.String())
		io.WriteString(w, sealLink([]byte(s.card), "application/smart-health-card"))
	})
	mux.HandleFunc("GET /away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/direct", http.StatusFound) })
	mux.HandleFunc("GET /foreign", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "a..b.c.d") })
	s.Server = httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // who does not trust it hangs up, as tested
	s.StartTLS()
	t.Cleanup(s.Close)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile("ca.pem", cert, 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *linkServer) link(path, flag, more string) string {
	payload := fmt.Sprintf(`{"url":%q,"key":%q,"flag":%q%s}`, s.URL+path, base64.RawURLEncoding.EncodeToString(linkSecret), flag, more)
	return "shlink:/" + base64.RawURLEncoding.EncodeToString([]byte(payload))
}

// A card behind a link is fetched when its holder asks for it, opened, and
// verified like any card; nothing else is asked, and nothing is followed unasked.
func TestAHealthLinkIsFollowedOnlyOnRequest(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, "key", "new", "--demo", "--from", "2026-01-01T00:00:00Z", "-o", "k.key")
	if err := os.WriteFile("dose.json", []byte(must(t, "issue", "--example", "vaccination")), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "issue", "--format", "shc", "--issuer", "https://norland.example/cards", "--key", "k.key", "dose.json", "-o", "card.smart-health-card")
	card, err := os.ReadFile("card.smart-health-card")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(card), "verifiableCredential") {
		card = fmt.Appendf(nil, `{"verifiableCredential":[%q]}`, strings.TrimSpace(string(card)))
	}
	s := newLinkServer(t, string(card))
	link := s.link("/manifest/AAAA", "PL", "")
	if err := os.WriteFile("pin.txt", []byte("4711\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "link", "show", link); !strings.Contains(out, "ONLINE, NOT A PROOF") || !strings.Contains(out, "a passcode") {
		t.Errorf("show: %s", out)
	}
	if code, out, _ := shell(t, "", "verify", "--trust", "k.key", link); code == 0 || strings.Contains(out, "GREEN") {
		t.Errorf("a link is green: %s", out)
	}
	if len(s.asked) != 0 {
		t.Fatalf("followed unasked: %v", s.asked)
	}
	out := must(t, "link", "fetch", "--ca", "ca.pem", "--passcode", "pin.txt", "--recipient", "Clinic 3", "-o", "records", link)
	for _, want := range []string{"ONLINE, NOT A PROOF", "can-change", "records/1.smart-health-card: signed by its own issuer", "records/2.json"} {
		if !strings.Contains(out, want) {
			t.Errorf("fetch does not say %q:\n%s", want, out)
		}
	}
	if len(s.asked) != 2 || !strings.Contains(s.asked[0], `"recipient":"Clinic 3"`) {
		t.Errorf("asked %v", s.asked)
	}
	if info, err := os.Stat(filepath.Join("records", "1.smart-health-card")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the records are for everybody: %v %v", info, err)
	}
	if out := must(t, "read", "records/1.smart-health-card"); !strings.Contains(out, "NOT VERIFIED") {
		t.Errorf("what was fetched is no card: %s", out)
	}
	if out := must(t, "link", "fetch", "--json", "--ca", "ca.pem", s.link("/direct", "U", "")); !strings.Contains(out, `"proof":false`) || !strings.Contains(out, `"card":true`) {
		t.Errorf("direct: %s", out)
	}
}

func TestALinkThatCannotBeFollowedSaysWhyAndShowsNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	s := newLinkServer(t, `{"verifiableCredential":[]}`)
	for name, text := range map[string]string{"pin.txt": "0815\n", "empty.pem": "nothing\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	plain := s.link("/direct", "U", "")
	for _, c := range []struct {
		comment string
		args    []string
		want    string
	}{
		{"a wrong passcode", []string{"--ca", "ca.pem", "--passcode", "pin.txt", s.link("/manifest/A", "P", "")}, "4 tries are left, for good"},
		{"an end that has passed", []string{"--ca", "ca.pem", s.link("/direct", "U", `,"exp":1600000000`)}, "the link ended"},
		{"nothing there", []string{"--ca", "ca.pem", s.link("/gone", "U", "")}, "nothing behind the link"},
		{"somewhere else", []string{"--ca", "ca.pem", s.link("/away", "U", "")}, "status 302"},
		{"another key", []string{"--ca", "ca.pem", s.link("/foreign", "U", "")}, "not a file encrypted"},
		{"a server that nobody vouches for", []string{plain}, "stems from nobody known here"},
		{"no certificate", []string{"--ca", "empty.pem", plain}, "has no certificate"},
		{"IHE's kind", []string{"--ca", "ca.pem", strings.Replace(plain, "shlink:/", "vhlink:/", 1)}, "asks who receives it"},
		{"no link", []string{"HC1:NCF"}, "is no health link"},
		{"a broken link", []string{"shlink:/AAAA"}, "cannot be read"},
	} {
		code, out, errs := shell(t, "", append([]string{"link", "fetch"}, c.args...)...)
		if code != exitBroken || !strings.Contains(errs, c.want) || !strings.Contains(errs, "hint:") {
			t.Errorf("%s: %d %s%s, want %q", c.comment, code, out, errs, c.want)
		}
		for _, secret := range []string{"/direct", "/manifest", base64.RawURLEncoding.EncodeToString(linkSecret), string(linkSecret), "0815"} {
			if strings.Contains(out+errs, secret) {
				t.Errorf("%s: the answer shows %q", c.comment, secret)
			}
		}
	}
}
