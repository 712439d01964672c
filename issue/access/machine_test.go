package access_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pratique/pratique/issue/access"
)

// machineOf is the wish of a laboratory's system.
func machineOf(laboratory string) access.Credential {
	return access.Credential{Authority: "xa-health", Laboratory: laboratory, Name: "lims", Scopes: []access.Permission{access.Issue, access.Counts}, Until: began.Add(90 * 24 * time.Hour)}
}

// A key lets its machine do what its scopes say until its end, and no other text
// does.
func TestKeys(t *testing.T) {
	each(t, func(w *world) {
		ctx, t := w.t.Context(), w.t
		o := w.officer()
		key, err := w.GiveKey(ctx, w.actor(o), machineOf("north-7"))
		w.must(err)
		m, err := w.another().Key(ctx, key)
		if err != nil || m.Role != access.Machine || m.Laboratory != "north-7" || m.Name != "lims" {
			t.Fatalf("%+v, %v", m, err)
		}
		for p, want := range map[access.Permission]bool{access.Issue: true, access.Counts: true, access.Withdraw: false, access.People: false} {
			if _, err := w.May(ctx, m, p, "north-7"); (err == nil) != want {
				t.Errorf("%s: %v", p, err)
			}
		}
		if _, err := w.May(ctx, m, access.Issue, "south-1"); err != access.ErrForbidden {
			t.Errorf("in another laboratory: %v", err)
		}
		last := key[:len(key)-1] + map[bool]string{true: "b", false: "a"}[key[len(key)-1] == 'a']
		for _, bad := range []string{"", "pratique_", last, key + "a", strings.ToUpper(key), strings.Replace(key, "xa-", "xb-", 1), key[:len(key)-52] + strings.Repeat("a", 52)} {
			if _, err := w.Key(ctx, bad); err != access.ErrCredential {
				t.Errorf("%.20q...: %v", bad, err)
			}
		}
		list, err := w.Credentials(ctx, w.actor(o))
		w.must(err)
		if len(list) != 1 || !list[0].Used.Equal(w.now.Truncate(time.Hour)) || list[0].Name != "lims" {
			t.Errorf("%+v", list)
		}
		clerk := w.invite(o, "c1", access.Clerk, "north-7")
		if list, err := w.Credentials(ctx, w.actor(clerk)); err != nil || len(list) != 0 {
			t.Errorf("a clerk sees %+v, %v", list, err)
		}
		if err := w.Revoke(ctx, w.actor(clerk), list[0].Handle); err != access.ErrForbidden {
			t.Errorf("a clerk revokes: %v", err)
		}
		w.must(w.Revoke(ctx, w.actor(o), list[0].Handle))
		if _, err := w.Key(ctx, key); err != access.ErrCredential {
			t.Errorf("revoked: %v", err)
		}
		key, err = w.GiveKey(ctx, w.actor(o), machineOf("north-7"))
		w.must(err)
		w.wait(90 * 24 * time.Hour)
		if _, err := w.Key(ctx, key); err != access.ErrCredential {
			t.Errorf("after its end: %v", err)
		}
	})
}

// Keys that would be good for too much, too long or nothing are not given.
func TestKeysNotGiven(t *testing.T) {
	w := open(t, &access.Memory{})
	o := w.officer()
	h := w.invite(o, "h1", access.Head, "north-7")
	for comment, change := range map[string]func(*access.Credential){
		"no laboratory":      func(c *access.Credential) { c.Laboratory = "" },
		"unknown laboratory": func(c *access.Credential) { c.Laboratory = "none" },
		"another authority":  func(c *access.Credential) { c.Authority = "xb-health" },
		"no name":            func(c *access.Credential) { c.Name = "" },
		"no scope":           func(c *access.Credential) { c.Scopes = nil },
		"too much":           func(c *access.Credential) { c.Scopes = []access.Permission{access.Issue, access.Halt} },
		"confirming":         func(c *access.Credential) { c.Scopes = []access.Permission{access.Confirm} },
		"no end":             func(c *access.Credential) { c.Until = time.Time{} },
		"ended":              func(c *access.Credential) { c.Until = w.now },
		"too long":           func(c *access.Credential) { c.Until = w.now.AddDate(2, 0, 0) },
	} {
		c := machineOf("north-7")
		change(&c)
		if key, err := w.GiveKey(t.Context(), w.actor(o), c); err == nil || key != "" {
			t.Errorf("%s: given", comment)
		}
	}
	if _, err := w.GiveKey(t.Context(), w.actor(h), machineOf("north-7")); err != access.ErrForbidden {
		t.Errorf("by a head: %v", err)
	}
	for _, handle := range []string{"", "sha256:", "sha256:" + strings.Repeat("G", 64), "sha256:" + strings.Repeat("0", 63), "dns:", "dns:*.example", "dns:Lab.example", "uri:a b", "cn:lab", "dns:" + strings.Repeat("a", 256)} {
		c := machineOf("north-7")
		c.Handle = handle
		if err := w.GiveCertificate(t.Context(), w.actor(o), c); err == nil {
			t.Errorf("%.20q: given", handle)
		}
	}
}

// A machine comes with a client certificate over TLS: by its hash, or by its name
// if our authority has certified it. A self-made certificate with that name is
// not it.
func TestMutualTLS(t *testing.T) {
	w := open(t, &access.Memory{})
	o := w.officer()
	ca, caKey := certificate(t, "ca", nil, nil)
	certified, certifiedKey := certificate(t, "lims.north-7.example", ca, caKey)
	forged, forgedKey := certificate(t, "lims.north-7.example", nil, nil)
	pinned, pinnedKey := certificate(t, "anything", nil, nil)
	c := machineOf("north-7")
	c.Handle = "dns:lims.north-7.example"
	w.must(w.GiveCertificate(t.Context(), w.actor(o), c))
	if err := w.GiveCertificate(t.Context(), w.actor(o), c); err == nil {
		t.Error("given twice")
	}
	sum := sha256.Sum256(pinned.Raw)
	c = machineOf("south-1")
	c.Name, c.Handle = "pinned", "sha256:"+hex.EncodeToString(sum[:])
	w.must(w.GiveCertificate(t.Context(), w.actor(o), c))

	roots := x509.NewCertPool()
	roots.AddCert(ca)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		// A certificate is asked for and, where it can be, verified; the rest is ours.
		state := *r.TLS
		if len(state.PeerCertificates) > 0 {
			chains, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, CurrentTime: w.now})
			if err == nil {
				state.VerifiedChains = chains
			}
		}
		a, err := w.Peer(r.Context(), r.URL.Query().Get("authority"), &state)
		if err != nil {
			http.Error(out, err.Error(), http.StatusUnauthorized)
			return
		}
		out.Write([]byte(a.Laboratory + "/" + a.Name))
	}))
	s.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	s.StartTLS()
	defer s.Close()
	for _, v := range []struct {
		comment   string
		leaf      *x509.Certificate
		key       *ecdsa.PrivateKey
		authority string
		want      string
	}{
		{"certified", certified, certifiedKey, "xa-health", "north-7/lims"},
		{"by its hash", pinned, pinnedKey, "xa-health", "south-1/pinned"},
		{"self-made, with the name", forged, forgedKey, "xa-health", ""},
		{"at another authority", certified, certifiedKey, "xb-health", ""},
		{"none", nil, nil, "xa-health", ""},
	} {
		client := s.Client()
		tr := client.Transport.(*http.Transport).Clone()
		if v.leaf != nil {
			tr.TLSClientConfig.Certificates = []tls.Certificate{{Certificate: [][]byte{v.leaf.Raw}, PrivateKey: v.key}}
		}
		r, err := (&http.Client{Transport: tr}).Get(s.URL + "?authority=" + v.authority)
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 200)
		n, _ := r.Body.Read(b)
		r.Body.Close()
		if got := string(b[:n]); r.StatusCode == http.StatusOK != (v.want != "") || v.want != "" && got != v.want {
			t.Errorf("%s: %d %s", v.comment, r.StatusCode, got)
		}
		tr.CloseIdleConnections()
	}
	w.wait(40 * 24 * time.Hour)
	state := &tls.ConnectionState{HandshakeComplete: true, PeerCertificates: []*x509.Certificate{pinned}}
	if _, err := w.Peer(t.Context(), "xa-health", state); !errors.Is(err, access.ErrCredential) {
		t.Errorf("a certificate after its end: %v", err)
	}
	if _, err := w.Peer(t.Context(), "xa-health", nil); err != access.ErrCredential {
		t.Errorf("no connection: %v", err)
	}
}

// certificate makes a client certificate for 30 days, by itself or by an authority.
func certificate(t *testing.T, name string, by *x509.Certificate, byKey *ecdsa.PrivateKey) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: began.Add(-time.Hour), NotAfter: began.Add(30 * 24 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true, IsCA: by == nil}
	if by == nil {
		by, byKey = c, key
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, byKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return leaf, key
}

func FuzzKey(f *testing.F) {
	f.Add("pratique_xa-health_abcdefghijkl_" + strings.Repeat("a", 52))
	f.Add("pratique_a_b_c")
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := access.ParseKey(text); err == nil && k.String() != text {
			t.Errorf("%q is written %q", text, k.String())
		}
	})
}
