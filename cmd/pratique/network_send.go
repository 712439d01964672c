package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/gateway"
	"github.com/pratique/pratique/tlog"
)

// gatewayClient asks a gateway. It believes nothing that it is told: proofs are
// checked.
type gatewayClient struct {
	url  string
	http *http.Client
}

func newGatewayClient(address string) (gatewayClient, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return gatewayClient{}, misuse("name the gateway by its address", "--gateway https://gateway.example")
	}
	return gatewayClient{strings.TrimSuffix(address, "/"), &http.Client{Timeout: 90 * time.Second}}, nil
}

// gatewayFault is what a gateway answers that does not do what it was asked.
type gatewayFault struct {
	Error struct{ Code, Text, Hint string }
}

// ask sends a request and reads the JSON answer into a value, if that is not nil.
func (c gatewayClient) ask(method, path string, body []byte, most int64, into any) ([]byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, failure("asking the gateway: "+cause(errors.Unwrap(err)), "is --gateway its address, and is it running?")
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil || int64(len(text)) > most {
		return nil, failure("asking the gateway: the answer broke off, or is too long", "ask again; nothing is done twice")
	}
	var fault gatewayFault
	if resp.StatusCode >= 400 && json.Unmarshal(text, &fault) == nil && fault.Error.Code != "" {
		return nil, failure("the gateway refuses it: "+printable(fault.Error.Code)+": "+printable(fault.Error.Text), printable(fault.Error.Hint))
	}
	if resp.StatusCode >= 400 && resp.StatusCode != http.StatusUnprocessableEntity {
		return nil, failure(fmt.Sprintf("the gateway answers %d", resp.StatusCode), "is --gateway the address of a gateway?")
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			return nil, failure("the gateway's answer is none of a gateway", "is --gateway the address of a gateway?")
		}
	}
	return text, nil
}

// sending are the flags of network send.
type sending struct {
	gateway, policy, proofs string
	contents                []string
	wait                    int
}

func networkSendCommand() *command {
	o := &sending{}
	return &command{
		use:   "send --gateway URL [--content FILE] ACT...",
		short: "hand signed statements to a gateway",
		long: `Send hands statements, signed as they must be, to a gateway and waits until they are published: in the log, cosigned by the witnesses. The files that statements name (rules, area lists, withdrawals, bundles) go with them by --content.

With --policy the gateway's word is not enough: the proof of each statement is fetched and checked, and with --proofs kept: FILE.tlog-proof. What is sent again is answered again; nothing is published twice.`,
		example: `$ pratique network send --gateway https://gateway.example --policy policy.txt act-12.txt
$ pratique network send --gateway https://gateway.example --content areas.txt act-13.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&o.gateway, "gateway", "", "the address of the gateway: `URL`")
			f.StringVar(&o.policy, "policy", "", "check the proofs by the policy in this `FILE`")
			f.StringVar(&o.proofs, "proofs", "", "keep the proofs in this `FOLDER`")
			f.StringArrayVar(&o.contents, "content", nil, "a `FILE` that a statement names; may be repeated")
			f.IntVar(&o.wait, "wait", 30, "how many `SECONDS` to wait until a statement is published, up to 60")
		},
		run: o.run,
	}
}

func (o *sending) run(p *program, args []string) error {
	if len(args) == 0 || o.wait < 0 || o.wait > 60 {
		return misuse("name the statements to send", "`pratique network send --gateway URL act.txt`")
	}
	if o.proofs != "" && o.policy == "" {
		return misuse("proofs are kept once they are checked", "name the policy: --policy FILE")
	}
	c, err := newGatewayClient(o.gateway)
	if err != nil {
		return err
	}
	var policy tlog.Policy
	if o.policy != "" {
		if policy, err = readPolicy(o.policy); err != nil {
			return err
		}
	}
	contents := map[string][]byte{}
	for _, name := range o.contents {
		b, err := readFile(name, gateway.MaxContent)
		if err != nil {
			return failure("reading "+quote(name)+": "+cause(err), fmt.Sprintf("a file of at most %d bytes", gateway.MaxContent))
		}
		h := sha256.Sum256(b)
		contents[hex.EncodeToString(h[:])] = b
	}
	for _, name := range args {
		if err := o.send(p, c, policy, name, contents); err != nil {
			return err
		}
	}
	return nil
}

// send hands over one statement.
func (o *sending) send(p *program, c gatewayClient, policy tlog.Policy, name string, contents map[string][]byte) error {
	entry, err := readFile(name, act.MaxSize)
	if err != nil {
		return failure("reading "+quote(name)+": "+cause(err), "name a signed statement: `pratique network act`, then sign")
	}
	var said gateway.Said
	for range 3 {
		if _, err := c.ask(http.MethodPost, fmt.Sprint("/v1/acts?wait=", o.wait), entry, 64<<10, &said); err != nil {
			return err
		}
		if said.Stage != gateway.NeedsContent {
			break
		}
		b, ok := contents[said.Needs]
		if !ok {
			return failure(quote(name)+" names a file that the gateway does not have yet: SHA-256 "+printable(said.Needs), "send it with the statement: --content FILE")
		}
		if _, err := c.ask(http.MethodPut, "/v1/content/"+said.Needs, b, 64<<10, nil); err != nil {
			return err
		}
	}
	switch said.Stage {
	case gateway.Shown:
	case gateway.Refused:
		return failure(quote(name)+" was refused: "+printable(said.Reason)+": "+printable(said.Text), "docs/network.md has what each reason means")
	default:
		fmt.Fprintf(p.out, "kept       %s, not published yet (%s): send it again to hear how it stands\n", printable(name), printable(string(said.Stage)))
		return silent(exitAmber)
	}
	if said.Index == nil {
		return failure("the gateway's answer is none of a gateway", "is --gateway the address of a gateway?")
	}
	fmt.Fprintf(p.out, "published  %s, entry %d\n", printable(name), *said.Index)
	if o.policy == "" {
		return nil
	}
	h := sha256.Sum256(entry)
	text, err := c.ask(http.MethodGet, "/v1/acts/"+hex.EncodeToString(h[:])+"/proof", nil, tlog.MaxRequest+tlog.MaxExtra, nil)
	if err != nil {
		return err
	}
	proof, err := tlog.ParseProof(text)
	if err == nil {
		_, err = proof.Check(policy, entry)
	}
	if err != nil {
		return logFault("the proof of "+quote(name), err)
	}
	fmt.Fprintf(p.out, "proven     %s\n", printable(name))
	if o.proofs != "" {
		return p.deliver(filepath.Join(o.proofs, filepath.Base(name)+".tlog-proof"), text)
	}
	return nil
}

func networkStatusCommand() *command {
	var address, country string
	var asJSON bool
	return &command{
		use:   "status --gateway URL [--country COUNTRY]",
		short: "how a country stands in the network, as a checklist",
		long: `Status asks a gateway how a country stands: whether it is admitted and until when, which number its next statement has, what waits, and what it has published so far: the checklist of a country that joins. Without --country it lists all.

The exit status is 0 if everything on the list is done, and 3 if something is left to do.`,
		example: `$ pratique network status --gateway https://gateway.example --country XB
$ pratique network status --gateway https://gateway.example`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&address, "gateway", "", "the address of the gateway: `URL`")
			f.StringVar(&country, "country", "", "the `COUNTRY`: two capital letters")
			f.BoolVar(&asJSON, "json", false, "print JSON")
		},
		run: func(p *program, args []string) error {
			if len(args) > 0 {
				return misuse("status takes no argument", "`pratique network status --gateway URL --country XB`")
			}
			c, err := newGatewayClient(address)
			if err != nil {
				return err
			}
			var said gateway.SaidNetwork
			text, err := c.ask(http.MethodGet, "/v1/parties", nil, 4<<20, &said)
			if err != nil {
				return err
			}
			if asJSON {
				_, err := p.out.Write(text)
				return err
			}
			return sayStatus(p, said, country)
		},
	}
}

func sayStatus(p *program, said gateway.SaidNetwork, country string) error {
	if country == "" {
		for _, s := range said.Parties {
			fmt.Fprintf(p.out, "%-4s %-24s %-10s %4d statements, next %d, until %s%s\n", printable(s.Code), printable(s.Name), printable(s.Region), s.Acts, s.Next, dayOf(s.Until), ending(s))
		}
		if len(said.Parties) == 0 {
			fmt.Fprintln(p.out, "nobody has been admitted yet")
		}
		return nil
	}
	left := 0
	check := func(done bool, what, todo string) {
		mark := "done"
		if !done {
			mark, left = "open", left+1
			what = todo
		}
		fmt.Fprintf(p.out, "%s  %s\n", mark, what)
	}
	var s *gateway.SaidParty
	for i := range said.Parties {
		if said.Parties[i].Code == country {
			s = &said.Parties[i]
		}
	}
	if s == nil || s.Left != "" {
		check(false, "", "admission: the keyholders sign your application (`pratique network join`, then admit)")
		return silent(exitAmber)
	}
	check(true, "admitted as "+printable(s.Name)+", region "+printable(s.Region)+", until "+dayOf(s.Until), "")
	check(s.Keys > 0, fmt.Sprintf("%d keys that sign certificates", s.Keys), "your signing keys: `pratique network act` with a file that says key")
	check(s.Recognitions > 0, fmt.Sprintf("recognises certificates by %d statements", s.Recognitions), "whose certificates you recognise: `pratique network act` with a file that says recognise")
	check(s.Documents["rules"] > 0, "rules for travellers", "your rules: `pratique network act --document rules`")
	check(s.Documents["withdrawals"] > 0, "withdrawals", "your withdrawals, an empty list too: `pratique network act --document withdrawals`")
	check(s.Waiting == 0, "nothing waits", fmt.Sprintf("%d statements wait: for a file, for the statement before them, or for the witnesses", s.Waiting))
	fmt.Fprintf(p.out, "next  statement %d\n", s.Next)
	if left > 0 {
		return silent(exitAmber)
	}
	return nil
}

func ending(s gateway.SaidParty) string {
	if s.Left != "" {
		return ", left on " + dayOf(s.Left)
	}
	return ""
}

// dayOf is the day of a moment that a gateway states.
func dayOf(moment string) string {
	day, _, _ := strings.Cut(moment, "T")
	return printable(day)
}
