package main

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Two countries, a gateway and three witnesses, each a process of its own: what a
// country states is published and proven within seconds, also while a witness is
// down, and none of it is lost when the gateway is killed.
func TestServeGateway(t *testing.T) {
	onDatabases(t, "gateway.db", gatewayStory)
}

func gatewayStory(t *testing.T, database string) {
	line := func(text, word string) string {
		_, rest, _ := strings.Cut(text, word)
		first, _, _ := strings.Cut(rest, "\n")
		return strings.TrimSpace(first)
	}

	// The keyholders, the log, and three witnesses that know it.
	for _, name := range []string{"kira", "ola", "log", "w1", "w2", "w3"} {
		must(t, "network", "key", "--name", name, "--region", map[bool]string{true: "east", false: "south"}[name == "kira"])
	}
	must(t, "network", "init", "--network", "trust.example/log", "--threshold", "2", "--regions", "2", "kira.pub", "ola.pub", "-o", "root.txt")
	must(t, "network", "sign", "--key", "kira.key", "root.txt", "-o", "root-1.txt")
	must(t, "network", "sign", "--key", "ola.key", "root-1.txt", "-o", "root-2.txt")
	config := `{"listen":"127.0.0.1:0","root":"root-2.txt","key":"log.key","database":"` + database + `","folder":"public","quorum":2,"witnesses":[%s]}`
	write(t, "gateway.json", fmt.Sprintf(config, ""))
	code, out, errs := shell(t, "", "serve", "gateway", "--config", "gateway.json", "--check")
	if code != exitBroken || !strings.Contains(errs, "the quorum is 2 of 0 witnesses") {
		t.Fatalf("a gateway without witnesses: %d %s %s", code, out, errs)
	}
	log := line(out, "log ")
	var witnesses []string
	var running []*exec.Cmd
	for _, name := range []string{"w1", "w2", "w3"} {
		write(t, name+".json", `{"listen":"127.0.0.1:0","name":"`+name+`.example","key":"`+name+`.key","folder":"`+name+`","logs":["`+log+`"]}`)
		key := line(must(t, "serve", "witness", "--config", name+".json", "--check"), "key ")
		c, address := listening(t, "serve", "witness", "--config", name+".json")
		running = append(running, c)
		witnesses = append(witnesses, `{"key":"`+key+`","url":"`+address+`"}`)
	}
	write(t, "gateway.json", fmt.Sprintf(config, strings.Join(witnesses, ",")))
	_, policy, _ := strings.Cut(must(t, "serve", "gateway", "--config", "gateway.json", "--check"), "log:\n\n")
	write(t, "policy.txt", policy)
	g, address := listening(t, "serve", "gateway", "--config", "gateway.json")
	if code, _, errs := shell(t, "", "serve", "gateway", "--config", "gateway.json"); code != exitBroken || !strings.Contains(errs, "another gateway publishes into") {
		t.Errorf("two gateways in one folder: %d %s", code, errs)
	}

	// A country joins, and states what it recognises.
	code, out, _ = shell(t, "", "network", "status", "--gateway", address, "--country", "XB")
	if code != exitAmber || !strings.Contains(out, "open  admission") {
		t.Errorf("before it joins: %d %s", code, out)
	}
	must(t, "network", "join", "--network", "trust.example/log", "--country", "XB", "--name", "Sudmark", "--region", "south", "--threshold", "2", "--keys", "2")
	must(t, "network", "admit", "--number", "1", "joining/xb-application.txt", "-o", "admit.txt")
	must(t, "network", "sign", "--key", "kira.key", "admit.txt", "-o", "admit-1.txt")
	must(t, "network", "sign", "--key", "ola.key", "admit-1.txt", "-o", "admit-2.txt")
	if out := must(t, "network", "send", "--gateway", address, "--policy", "policy.txt", "admit-2.txt"); !strings.Contains(out, "published  admit-2.txt, entry 1\nproven     admit-2.txt") {
		t.Error(out)
	}
	write(t, "recognise.txt", "recognise XA\n  id tests-xa\n  uses test\n  until 2027-05-22T08:00:00Z\n")
	state := func(number int, file string, more ...string) string {
		t.Helper()
		name := fmt.Sprint("act-", number, ".txt")
		must(t, append([]string{"network", "act", "--network", "trust.example/log", "--by", "XB", "--number", fmt.Sprint(number), file, "-o", "plain-" + name}, more...)...)
		must(t, "network", "sign", "--key", "joining/xb-1.key", "plain-"+name, "-o", "half-"+name)
		must(t, "network", "sign", "--key", "joining/xb-2.key", "half-"+name, "-o", name)
		return name
	}
	act1 := state(1, "recognise.txt")
	if code, _, errs := shell(t, "", "network", "send", "--gateway", address, "half-"+act1); code != exitBroken || !strings.Contains(errs, "quorum") {
		t.Errorf("one signer of two: %d %s", code, errs)
	}
	// One witness of three ends; two are the quorum.
	if err := running[2].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if out := must(t, "network", "send", "--gateway", address, "--policy", "policy.txt", "--proofs", ".", act1); !strings.Contains(out, "proven") {
		t.Error(out)
	}
	must(t, "log", "check", "--policy", "policy.txt", "--proof", act1+".tlog-proof", act1)

	// Two witnesses are down: what is taken is kept, and nothing of it is shown.
	if err := running[1].Process.Kill(); err != nil {
		t.Fatal(err)
	}
	write(t, "areas.txt", "pratique-areas/1.0\njurisdiction XB\npublished 2026-12-01T06:00:00Z\nuntil 2026-12-08T06:00:00Z\nfloor 20000\ndays 7\n\narea 01 812000 41.7 medium North\n")
	act2 := state(2, "areas.txt", "--document", "areas", "--until", "2027-01-10T00:00:00Z")
	if code, _, errs := shell(t, "", "network", "send", "--gateway", address, act2); code != exitBroken || !strings.Contains(errs, "--content FILE") {
		t.Errorf("a list without its file: %d %s", code, errs)
	}
	if code, out, errs := shell(t, "", "network", "send", "--gateway", address, "--wait", "1", "--content", "areas.txt", act2); code != exitAmber || !strings.Contains(out, "kept") {
		t.Errorf("one witness of three: %d %s%s", code, out, errs)
	}
	if found, _ := filepath.Glob("public/content/*"); len(found) > 0 {
		t.Error("a file is shown before the witnesses have seen its act")
	}
	// The gateway is killed, a witness comes back, and all of it is there.
	if err := g.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = g.Wait()
	write(t, "w2.json", strings.Replace(contentOf(t, "w2.json"), "127.0.0.1:0", strings.TrimPrefix(inside(witnesses[1], `"url":"http://`, `"`), "http://"), 1))
	listening(t, "serve", "witness", "--config", "w2.json")
	g, address = listening(t, "serve", "gateway", "--config", "gateway.json")
	if out := must(t, "network", "send", "--gateway", address, "--policy", "policy.txt", act2); !strings.Contains(out, "published  act-2.txt, entry 3\nproven") {
		t.Error(out)
	}
	must(t, "log", "check", "--policy", "policy.txt", "--log", "public")
	code, out, _ = shell(t, "", "network", "status", "--gateway", address, "--country", "XB")
	if code != exitAmber || !strings.Contains(out, "done  admitted as Sudmark") || !strings.Contains(out, "done  recognises certificates by 1") || !strings.Contains(out, "open  your rules") || !strings.Contains(out, "next  statement 3") {
		t.Errorf("%d %s", code, out)
	}
	// The country hears of what is published in its name and was not sent by it.
	if err := os.Mkdir("sent", 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, "sent/1.txt", contentOf(t, act1))
	watch := []string{"log", "monitor", "--log", address, "--policy", "policy.txt", "--root", "root-2.txt", "--country", "XB", "--sent", "sent", "--keep", "seen"}
	code, out, errs = shell(t, "", watch...)
	if code != exitRed || !strings.Contains(out, "ALARM    an act of XB that is not among those it sent: document areas main") || !strings.Contains(out, "ALARM    the keyholders have stated party XB") || strings.Contains(out, "recognise XA, issued") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	write(t, "sent/2.txt", contentOf(t, act2))
	code, out, errs = shell(t, "", watch...)
	if code == exitRed || strings.Contains(out, "ALARM") || errs != "" {
		t.Errorf("what was sent, and what was said before: %d %s%s", code, out, errs)
	}
	if code, _, errs := shell(t, "", "network", "send", "--gateway", address, "areas.txt"); code != exitBroken || !strings.Contains(errs, "malformed") {
		t.Errorf("a file that is no statement: %d %s", code, errs)
	}
	resp, err := http.Get(address + "/checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	if err := g.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- g.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("it does not end")
	}
}

func inside(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	out, _, _ := strings.Cut(rest, to)
	return out
}

func contentOf(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
