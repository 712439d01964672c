package main

import (
	"crypto"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"

	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/tlog"
	"github.com/pratique/pratique/witness"
)

// witnessSettings are those of a witness.
type witnessSettings struct {
	Listen     string   `json:"listen"`               // address and port; a proxy in front ends TLS
	Name       string   `json:"name"`                 // what its cosignatures bear, like an address without https://
	Key        string   `json:"key"`                  // the key file
	Passphrase string   `json:"passphrase,omitempty"` // the file with its passphrase, if it is sealed
	Folder     string   `json:"folder"`               // where it remembers what it has cosigned
	Logs       []string `json:"logs"`                 // the keys of the logs that it knows
}

const witnessExample = `{
  "listen": "127.0.0.1:8485",
  "name": "witness.example/w1",
  "key": "witness.key",
  "folder": "witness",
  "logs": ["example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"]
}
`

func serveWitnessCommand() *command {
	return configured{
		name: "witness", settings: witnessExample,
		run: func(p *program, config string, check bool) error {
			s, o, err := p.openWitness(config)
			if err != nil {
				return err
			}
			if check {
				return sayWitness(p, s, o)
			}
			lock, err := srv.Folder(s.Folder).Lock()
			if errors.Is(err, srv.ErrLocked) {
				return failure("another witness works in "+quote(s.Folder), "two witnesses of one key would sign two histories: stop the other one")
			}
			if err != nil {
				return failure("opening the folder "+quote(s.Folder)+": "+cause(err), "name a folder that this program may write: \"folder\"")
			}
			defer lock.Close()
			h, err := witness.New(o)
			if err != nil {
				return failure(strings.TrimPrefix(err.Error(), "making witness: "), "look at the name and the logs of the settings")
			}
			return p.serve(service{listen: s.Listen, handler: h, greeting: "listening on ADDRESS as " + s.Name,
				farewell: "stopped", unserved: "the logs can send them again"})
		},
	}.command("a witness: it cosigns what continues the history of a log, and nothing else",
		`A witness keeps others from being shown another history than you. It remembers one checkpoint of each log that it knows, and cosigns a later one only with the proof that it continues what was seen (c2sp.org/tlog-witness). It needs nothing else of the logs, has no accounts, and one small machine serves many of them.

Its key is an Ed25519 one that is used for nothing else; `+"`pratique network key`"+` makes such a key. What it has cosigned is safe on the disk before the cosignature leaves, and the folder must never be put back from a backup: without it the witness starts under a new key.

--check prints the line that others put into their policies.`,
		`$ pratique network key --name w1 --region south -o witness.key
$ pratique serve witness --example > witness.json
$ pratique serve witness --config witness.json --check
$ pratique serve witness --config witness.json`)
}

func (p *program) openWitness(name string) (witnessSettings, witness.Options, error) {
	var s witnessSettings
	none := witness.Options{}
	if err := readConfig(name, "pratique serve witness", &s); err != nil {
		return s, none, err
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return s, none, failure("listen is no address and port", `"listen": "127.0.0.1:8485"`)
	}
	if s.Folder == "" || len(s.Logs) == 0 {
		return s, none, failure("a witness has a folder and knows a log", `"folder": "witness", "logs": ["name+hash+key"]`)
	}
	k, err := p.openBare(s.Key, s.Passphrase)
	if err != nil {
		return s, none, err
	}
	o := witness.Options{Name: s.Name, Signer: crypto.Signer(k), Store: witness.NewStore(srv.Folder(s.Folder)), Now: p.now,
		Log: slog.New(slog.NewTextHandler(p.errs, nil))}
	for _, l := range s.Logs {
		key, err := tlog.ParseKey(l)
		if err != nil {
			return s, none, failure("the log "+quote(l)+" is no key of one", "the operator of the log publishes it: name+hash+key")
		}
		o.Logs = append(o.Logs, key)
	}
	if _, err := witness.New(o); err != nil {
		return s, none, failure(strings.TrimPrefix(err.Error(), "making witness: "), "look at the name and the logs of the settings")
	}
	return s, o, nil
}

func sayWitness(p *program, s witnessSettings, o witness.Options) error {
	v, err := witness.VerifierKey(o.Name, o.Signer.Public())
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "witness   %s\nkey       %s\n", printable(s.Name), v)
	for _, l := range o.Logs {
		fmt.Fprintf(p.out, "log       %s\n", printable(l.Name))
	}
	return nil
}
