package openid_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/issue/access"
	"github.com/pratique/pratique/issue/access/openid"
)

const redirect = "http://127.0.0.1:9/openid"

// start starts oidc-provider in a process of its own and returns what ends it.
func start(t *testing.T, port, kind string) (stop func()) {
	t.Helper()
	cmd := exec.Command("node", "provider.mjs", port, redirect, kind)
	cmd.Dir = "testdata/provider"
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "ready" {
	}
	if lines.Text() != "ready" {
		cmd.Wait()
		t.Fatalf("the provider does not start: %s", errs.String())
	}
	go io.Copy(io.Discard, out)
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
	t.Cleanup(stop)
	return stop
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func config(issuer string) openid.Config {
	return openid.Config{Issuer: issuer, Client: "pratique", Authority: "xa-health", Redirect: redirect, Scopes: []string{"openid", "groups"}, Map: []openid.Rule{
		{Condition: openid.Condition{Claim: "groups", Value: "health authority officers"}, Role: access.Officer},
		{Condition: openid.Condition{Claim: "groups", Value: "north-7 clerks"}, Role: access.Clerk, Laboratory: "north-7"},
	}}
}

var action = regexp.MustCompile(`action="([^"]+)"`)

// browse follows an address as somebody with a browser does who is called name,
// through the provider's pages, and returns with what they come back.
func browse(t *testing.T, address, name string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back url.Values
	c := &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), redirect) {
			back = r.URL.Query()
			return http.ErrUseLastResponse
		}
		return nil
	}}
	a, err := c.Get(address)
	for range 4 { // to sign in, to consent
		if err != nil {
			t.Fatal(err)
		}
		page, _ := io.ReadAll(io.LimitReader(a.Body, 1<<20))
		a.Body.Close()
		if back != nil {
			return back
		}
		form := action.FindSubmatch(page)
		if form == nil {
			t.Fatalf("%s: no form in %.300s", a.Status, page)
		}
		fields := url.Values{"prompt": {"consent"}}
		if bytes.Contains(page, []byte(`name="login"`)) {
			fields = url.Values{"prompt": {"login"}, "login": {name}, "password": {"x"}}
		}
		to, perr := a.Request.URL.Parse(string(form[1]))
		if perr != nil {
			t.Fatal(perr)
		}
		a, err = c.PostForm(to.String(), fields)
	}
	t.Fatal("the provider does not send anybody back")
	return nil
}

// People sign in through a provider that is not ours, in a process of its own:
// what their groups make them, once for each code, also after it took another key.
func TestAProviderThatIsNotOurs(t *testing.T) {
	if os.Getenv("PRATIQUE_PEERS") != "1" {
		t.Skip("PRATIQUE_PEERS is not 1: no provider to sign in through")
	}
	port := freePort(t)
	stop := start(t, port, "rsa")
	issuer := "http://127.0.0.1:" + port
	p, err := openid.Discover(t.Context(), config(issuer), openid.Options{Key: bytes.Repeat([]byte{1}, 32), Secret: "a secret of the client"})
	if err != nil {
		t.Fatal(err)
	}
	gate, err := access.New(&access.Memory{}, access.Options{Key: bytes.Repeat([]byte{2}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	laboratory := access.Laboratory{Authority: "xa-health", ID: "north-7", Name: "North"}
	if err := gate.Set(t.Context(), access.Actor{Authority: "xa-health", Name: "o", Role: access.Officer}, laboratory); err != nil {
		t.Fatal(err)
	}
	in := func(name string) access.Actor {
		t.Helper()
		address, cookie, err := p.Begin()
		if err != nil {
			t.Fatal(err)
		}
		back := browse(t, address, name)
		grant, err := p.Finish(t.Context(), cookie, back)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := p.Finish(t.Context(), cookie, back); !errors.Is(err, openid.ErrDeclined) {
			t.Errorf("a code that was used: %v", err)
		}
		session, err := gate.Endorse(t.Context(), grant)
		if err != nil {
			t.Fatal(err)
		}
		a, err := gate.Session(t.Context(), session)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	anna := in("anna")
	if anna.Role != access.Clerk || anna.Laboratory != "north-7" || anna.Authority != "xa-health" || strings.Contains(anna.Name, "anna") {
		t.Errorf("%+v", anna)
	}
	if a := in("olaf"); a.Role != access.Officer || a.Laboratory != "" || a.Name == anna.Name {
		t.Errorf("%+v", a)
	}
	address, cookie, err := p.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Finish(t.Context(), cookie, browse(t, address, "eve")); !errors.Is(err, openid.ErrNotMapped) {
		t.Errorf("somebody in no group of ours: %v", err)
	}
	// Somebody brings another's answer to their own cookie: neither state nor proof key fits.
	address, _, _ = p.Begin()
	stolen := browse(t, address, "olaf")
	_, mine, _ := p.Begin()
	if _, err := p.Finish(t.Context(), mine, stolen); !errors.Is(err, openid.ErrAnswer) {
		t.Errorf("a stolen answer: %v", err)
	}
	address, mine, _ = p.Begin()
	u, _ := url.Parse(address)
	stolen.Set("state", u.Query().Get("state"))
	if _, err := p.Finish(t.Context(), mine, stolen); !errors.Is(err, openid.ErrDeclined) {
		t.Errorf("a stolen code: %v", err)
	}
	stop()
	if _, err := p.Finish(t.Context(), mine, stolen); !errors.Is(err, openid.ErrProvider) {
		t.Errorf("a provider that is down: %v", err)
	}
	start(t, port, "ec") // with another key, of another kind, of which p does not know
	if a := in("anna"); a.Name != anna.Name || a.Role != anna.Role {
		t.Errorf("after another key: %+v", a)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	address, mine, _ = p.Begin()
	if _, err := p.Finish(ctx, mine, browse(t, address, "anna")); !errors.Is(err, openid.ErrProvider) {
		t.Errorf("given up: %v", err)
	}
}
