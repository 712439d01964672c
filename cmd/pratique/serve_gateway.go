package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pratique/pratique/act"
	"github.com/pratique/pratique/gateway"
	"github.com/pratique/pratique/internal/srv"
	"github.com/pratique/pratique/internal/store"
	"github.com/pratique/pratique/tlog"
)

// gatewaySettings are those of a gateway.
type gatewaySettings struct {
	Listen     string           `json:"listen"`               // address and port; a proxy in front ends TLS
	Root       string           `json:"root"`                 // the file with the root document, signed by its quorum
	Key        string           `json:"key"`                  // the key file of the log, used for nothing else
	Passphrase string           `json:"passphrase,omitempty"` // the file with its passphrase, if it is sealed
	Database   string           `json:"database"`             // sqlite:PATH, or postgres://...; several gateways may share the latter
	Folder     string           `json:"folder"`               // where the published files stand, of this gateway alone
	Witnesses  []gatewayWitness `json:"witnesses,omitempty"`  // who is asked to cosign
	Quorum     int              `json:"quorum,omitempty"`     // how many of them must
	Policy     string           `json:"policy,omitempty"`     // or a file with the policy (c2sp.org/tlog-policy), in place of the two before
}

type gatewayWitness struct {
	Key string `json:"key"` // as serve witness --check prints it
	URL string `json:"url"` // where it is asked
}

const gatewayExample = `{
  "listen": "127.0.0.1:8487",
  "root": "root.txt",
  "key": "log.key",
  "database": "sqlite:gateway.db",
  "folder": "public",
  "witnesses": [
    {"key": "witness.example/w1+8e9f3dca+BLi3wKZJmcFEnD1M2VIZnVJpvxpYXbCVAb2iJB9bWLnW", "url": "http://127.0.0.1:8485"}
  ],
  "quorum": 1
}
`

func serveGatewayCommand() *command {
	return configured{
		name: "gateway", settings: gatewayExample,
		run: func(p *program, config string, check bool) error {
			s, o, err := p.readGateway(config, check)
			if err != nil || check {
				return err
			}
			return p.serveGateway(s, o)
		},
	}.command("the meeting point of countries: their statements enter one public log",
		`A gateway takes the statements of countries (`+"`pratique network act`"+`), puts them into the log, has the witnesses cosign it, and only then shows them, as plain files that any web server can serve. It has no accounts: a statement carries its own authority in its signatures. It can refuse to take one, which everybody notices; it cannot make one, change one, or show one to some alone.

The log begins with the root document of the network. --check prints the line of the log that witnesses put into their settings, and the policy by which everybody judges its checkpoints.

Several gateways on one PostgreSQL database serve one log; each publishes into a folder of its own.`,
		`$ pratique network key --name log --region south -o log.key
$ pratique serve gateway --example > gateway.json
$ pratique serve gateway --config gateway.json --check
$ pratique serve gateway --config gateway.json`)
}

// readGateway reads the settings and what they name, and says it if it is asked to:
// the log's key first, which witnesses need before they can be named here.
func (p *program) readGateway(name string, say bool) (gatewaySettings, gateway.Options, error) {
	var s gatewaySettings
	none := gateway.Options{}
	if err := readConfig(name, "pratique serve gateway", &s); err != nil {
		return s, none, err
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		return s, none, failure("listen is no address and port", `"listen": "127.0.0.1:8487"`)
	}
	if s.Folder == "" || s.Database == "" {
		return s, none, failure("a gateway has a database, and a folder for what it publishes", `"database": "sqlite:gateway.db", "folder": "public"`)
	}
	text, err := readFile(s.Root, act.MaxSize)
	if err != nil {
		return s, none, failure("reading the root document "+quote(s.Root)+": "+cause(err), "\"root\" names the file that the keyholders have signed")
	}
	root, err := act.OpenRoot(text, "")
	if err != nil {
		return s, none, failure("the root document "+quote(s.Root)+": "+cause(err), "`pratique network check "+s.Root+"` says what it lacks")
	}
	k, err := p.openBare(s.Key, s.Passphrase)
	if err != nil {
		return s, none, err
	}
	key, err := tlog.NewKey(root.Network, tlog.LogEd25519, k.Public())
	if err != nil {
		return s, none, failure("the key "+quote(s.Key)+": "+err.Error(), "`pratique network key --name log --region south -o log.key` makes one")
	}
	if say {
		fmt.Fprintf(p.out, "log          %s\n", key)
	}
	policy, err := s.policy(key)
	if err != nil {
		return s, none, err
	}
	if say {
		fmt.Fprintf(p.out, "\nthe policy, which everybody needs who relies on the log:\n\n%s", policy)
	}
	folder := s.Folder
	return s, gateway.Options{Root: text, Signer: k, Policy: policy, Now: p.now, Log: slog.New(slog.NewTextHandler(p.errs, nil)),
		HTTP: &http.Client{Timeout: 15 * time.Second},
		Disk: func(name string) srv.Disk { return srv.Folder(filepath.Join(folder, filepath.FromSlash(name))) }}, nil
}

// policy is the one of the settings, for the log with this key.
func (s gatewaySettings) policy(log tlog.Key) (tlog.Policy, error) {
	if s.Policy != "" {
		if len(s.Witnesses) > 0 {
			return tlog.Policy{}, failure("the settings have a policy and witnesses", "one of the two says who cosigns")
		}
		return readPolicy(s.Policy)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "log %s\n", log)
	names := ""
	for i, w := range s.Witnesses {
		k, err := tlog.ParseKey(w.Key)
		if err != nil || !strings.HasPrefix(w.URL, "http://") && !strings.HasPrefix(w.URL, "https://") {
			return tlog.Policy{}, failure(fmt.Sprintf("witness %d has no key and address", i+1), `{"key": "name+hash+key", "url": "https://..."}: its operator has the key from serve witness --check`)
		}
		fmt.Fprintf(&b, "witness w%d %s %s\n", i+1, k, w.URL)
		names += fmt.Sprintf(" w%d", i+1)
	}
	if s.Quorum < 1 || s.Quorum > len(s.Witnesses) {
		return tlog.Policy{}, failure(fmt.Sprintf("the quorum is %d of %d witnesses", s.Quorum, len(s.Witnesses)), "a quorum of 1 or more of those that are named: without witnesses nobody could notice what the operator does")
	}
	fmt.Fprintf(&b, "group g %d%s\nquorum g\n", s.Quorum, names)
	return tlog.ParsePolicy(b.String())
}

func (p *program) serveGateway(s gatewaySettings, o gateway.Options) error {
	lock, err := srv.Folder(s.Folder).Lock()
	if errors.Is(err, srv.ErrLocked) {
		return failure("another gateway publishes into "+quote(s.Folder), "each has a folder of its own; or stop the other one")
	}
	if err != nil {
		return failure("opening the folder "+quote(s.Folder)+": "+cause(err), "name a folder that this program may write: \"folder\"")
	}
	defer lock.Close()
	ctx := context.Background()
	if o.DB, err = store.Open(ctx, s.Database); err != nil {
		return failure("the database: "+err.Error(), "\"database\": \"sqlite:gateway.db\", or the address of a PostgreSQL that runs")
	}
	defer o.DB.Close()
	g, err := gateway.New(ctx, o)
	if err != nil {
		return failure(strings.TrimPrefix(err.Error(), "opening the gateway: "), "look at the root document, the key and the policy of the settings")
	}
	return p.serve(service{listen: s.Listen, handler: gateway.Handler(g, os.DirFS(s.Folder)), write: 90 * time.Second,
		greeting: "listening on ADDRESS, the log " + o.Policy.Logs[0].Name, beside: func(stop context.Context) { stepping(stop, g, o.Log) },
		farewell: "stopped; what was taken is kept", unserved: "their senders can send them again"})
}

// stepping lets the gateway do what there is to do, until it is told to stop. Of a
// trouble that lasts it speaks once a minute.
func stepping(stop context.Context, g *gateway.Gateway, said *slog.Logger) {
	var last time.Time
	for {
		_, err := g.Step(stop)
		if err != nil && stop.Err() == nil && time.Since(last) > time.Minute {
			said.Warn("not published yet", "error", err)
			last = time.Now()
		}
		if err == nil {
			last = time.Time{}
		}
		select {
		case <-stop.Done():
			return
		case <-time.After(300 * time.Millisecond):
		}
	}
}
