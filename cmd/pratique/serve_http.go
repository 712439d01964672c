package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"
)

// configured is a service that reads its settings from a file.
type configured struct {
	name     string // of the command: "gateway"
	settings string // to begin with
	flags    func(f *pflag.FlagSet)
	secret   string // what --secret prints one for; empty: there is no such flag
	// first does what flags of its own ask for without settings; it may be nil.
	first func(p *program) (done bool, err error)
	// run reads the settings and serves, or says what there is if it is to check.
	run func(p *program, config string, check bool) error
}

func (c configured) command(short, long, example string) *command {
	var config string
	var print, check, secret bool
	call := "pratique serve " + c.name
	return &command{
		use: c.name + " --config FILE", short: short, long: long, example: example,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&config, "config", "", "the `FILE` with the settings, in JSON")
			f.BoolVar(&print, "example", false, "print settings to begin with")
			f.BoolVar(&check, "check", false, "read the settings and all that they name, say what there is, and end")
			if c.secret != "" {
				f.BoolVar(&secret, "secret", false, "print a new secret, "+c.secret)
			}
			if c.flags != nil {
				c.flags(f)
			}
		},
		run: func(p *program, args []string) error {
			switch {
			case len(args) > 0:
				return misuse("serve "+c.name+" takes no argument", "the settings are named by --config")
			case print:
				_, err := p.out.WriteString(c.settings)
				return err
			case secret:
				var b [32]byte
				if _, err := rand.Read(b[:]); err != nil {
					return err
				}
				fmt.Fprintln(p.out, base64.StdEncoding.EncodeToString(b[:]))
				return nil
			}
			if c.first != nil {
				if done, err := c.first(p); done || err != nil {
					return err
				}
			}
			if config == "" {
				return misuse("the service needs its settings", "`"+call+" --example` prints some to begin with; then --config FILE")
			}
			return c.run(p, config, check)
		},
	}
}

// service is what every service does alike.
type service struct {
	listen  string // address and port
	handler http.Handler
	write   time.Duration // the longest answer; zero: 30 seconds

	certificate, key string // files of TLS; none: a proxy in front ends it
	clients          bool   // clients may show certificates of their own

	greeting string                    // what is printed once it listens; ADDRESS stands for where
	beside   func(ctx context.Context) // runs beside it, until the context ends; may be nil
	farewell string                    // what is printed in the end
	unserved string                    // what those are told who were not served when it stopped
}

// readConfig reads the settings of a service. Members that are not known are an error:
// they could be the ones that matter.
func readConfig(name, command string, into any) error {
	text, err := readText(name, 1<<20)
	if err != nil {
		return failure("reading the settings "+quote(name)+": "+cause(err), "`"+command+" --example` prints some to begin with")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return failure("the settings "+quote(name)+": "+err.Error(), "`"+command+" --example` shows each one")
	}
	return nil
}

// serve serves until it is told to stop; what was begun is finished.
func (p *program) serve(v service) error {
	l, err := net.Listen("tcp", v.listen)
	if err != nil {
		return failure("listening on "+v.listen+": "+cause(err), "choose another port, or stop what uses it")
	}
	if v.write == 0 {
		v.write = 30 * time.Second
	}
	s := &http.Server{Handler: v.handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: v.write, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0), // it would name addresses
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12}}
	if v.clients {
		s.TLSConfig.ClientAuth = tls.RequestClientCert // judged by whoever knows them, not by who has certified them
	}
	stop, done := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer done()
	scheme, hint := "http", "start it again"
	if v.certificate != "" {
		scheme, hint = "https", "look at the certificate and the key of TLS"
	}
	if _, err := p.out.WriteString(strings.ReplaceAll(v.greeting, "ADDRESS", scheme+"://"+l.Addr().String()) + "; end with Ctrl-C\n"); err != nil {
		return err
	}
	if err := p.out.Flush(); err != nil {
		return err
	}
	var wg sync.WaitGroup
	if v.beside != nil {
		wg.Go(func() { v.beside(stop) })
	}
	failed := make(chan error, 1)
	go func() {
		if v.certificate != "" {
			failed <- s.ServeTLS(l, v.certificate, v.key)
		} else {
			failed <- s.Serve(l)
		}
	}()
	select {
	case err := <-failed:
		done()
		wg.Wait()
		return failure("serving: "+cause(err), hint)
	case <-stop.Done():
	}
	wait, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err = s.Shutdown(wait)
	wg.Wait()
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		return failure("stopping: "+cause(err), "some requests were not finished; "+v.unserved)
	}
	_, err = p.out.WriteString(v.farewell + "\n")
	return err
}
