package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/tlog"
)

func logCommand() *command {
	return &command{
		use:   "log",
		short: "prove that a statement is in the public log, and check such proofs",
		long: `A log is a folder of plain files, as c2sp.org/tlog-tiles lays them out: a checkpoint, tiles of hashes, and the entries. Whose checkpoints count is said by a policy (c2sp.org/tlog-policy): the log's key, the witnesses' keys, and how many of which must have cosigned.

A proof is one file and needs nothing else: it can be checked years later, offline. Logs and proofs of others in these forms can be used as well.`,
		example: `$ pratique log prove --log log/ --policy policy.txt act.txt -o act.tlog-proof
$ pratique log check --policy policy.txt --proof act.tlog-proof act.txt
$ pratique log check --policy policy.txt --log log/ --since yesterday/checkpoint`,
		sub: []*command{logProveCommand(), logCheckCommand(), logMonitorCommand()},
	}
}

// logFiles are the files of a log, wherever they are.
type logFiles interface {
	tlog.Source
	// checkpoint returns the newest one; the error is said to people as it is.
	checkpoint() ([]byte, error)
}

// logAt is the log in a folder, or at an address.
func logAt(name string) logFiles {
	if strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://") {
		return logAddress(strings.TrimSuffix(name, "/"))
	}
	return logFolder(name)
}

// logAddress is a log at a web server.
type logAddress string

// Read implements [tlog.Source].
func (l logAddress) Read(ctx context.Context, path string) ([]byte, error) {
	return l.get(ctx, path, maxLogFile)
}

func (l logAddress) get(ctx context.Context, path string, most int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, string(l)+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := (&http.Client{Timeout: 30 * time.Second}).Do(req)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		return nil, tlog.ErrMissing
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %d", resp.StatusCode)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("longer than %d bytes", most)
	}
	return b, err
}

func (l logAddress) checkpoint() ([]byte, error) {
	b, err := l.get(context.Background(), "checkpoint", tlog.MaxNote)
	if err != nil {
		return nil, failure("fetching the checkpoint of the log: "+cause(err), "--log names the address before /checkpoint; is the server running?")
	}
	return b, nil
}

// logFolder is a log as plain files.
type logFolder string

// maxLogFile is the most bytes of a file of a log: the entries of a full tile.
const maxLogFile = tlog.Width * (2 + tlog.MaxEntry)

// Read implements [tlog.Source].
func (l logFolder) Read(_ context.Context, path string) ([]byte, error) {
	b, err := readFile(filepath.Join(string(l), filepath.FromSlash(path)), maxLogFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, tlog.ErrMissing
	}
	return b, err
}

func (l logFolder) checkpoint() ([]byte, error) {
	b, err := readFile(filepath.Join(string(l), "checkpoint"), tlog.MaxNote)
	if err != nil {
		return nil, failure("reading the checkpoint of the log "+quote(string(l))+": "+cause(err), "--log names the folder that has the file checkpoint and the folder tile")
	}
	return b, nil
}

func readPolicy(name string) (tlog.Policy, error) {
	if name == "" {
		return tlog.Policy{}, misuse("whose checkpoints count?", "name the policy of the network: --policy FILE")
	}
	b, err := readFile(name, tlog.MaxPolicy)
	if err != nil {
		return tlog.Policy{}, failure("reading the policy "+quote(name)+": "+cause(err), "--policy names a text with lines log, witness, group and quorum")
	}
	policy, err := tlog.ParsePolicy(string(b))
	if err != nil {
		return tlog.Policy{}, failure("the policy "+quote(name)+": "+strings.TrimPrefix(err.Error(), "reading policy: "), "c2sp.org/tlog-policy says what stands in one")
	}
	return policy, nil
}

// logFault is the refusal of a checkpoint or a proof, with what to do now.
func logFault(what string, err error) error {
	hint := "fetch it again, from another mirror if it was from one"
	switch {
	case errors.Is(err, tlog.ErrSplit):
		hint = "do not rely on it: keep both checkpoints, and show them to the keyholders and the witnesses: together they prove what the log has done"
	case errors.Is(err, tlog.ErrRollback):
		hint = "do not rely on it: somebody gives you an old one; fetch it from another mirror"
	case errors.Is(err, tlog.ErrQuorum):
		hint = "do not rely on it yet: ask for the checkpoint with its cosignatures"
	case errors.Is(err, tlog.ErrStale):
		hint = "fetch a newer one from another mirror; if there is none, the log or its witnesses stand still, or somebody keeps it from you"
	case errors.Is(err, tlog.ErrSignature), errors.Is(err, tlog.ErrUnsigned), errors.Is(err, tlog.ErrOrigin):
		hint = "do not rely on it: it is not what the log of this policy has signed"
	case errors.Is(err, tlog.ErrInclusion):
		hint = "do not rely on it: the log does not have this statement there"
	case errors.Is(err, tlog.ErrFuture):
		hint = "set the clock right"
	case errors.Is(err, tlog.ErrDamaged):
		hint = "fetch the log's files again: what was fetched is not what the log has signed"
	}
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 && !errors.Is(err, tlog.ErrFuture) {
		text = text[i+2:]
	}
	for _, known := range []error{tlog.ErrQuorum, tlog.ErrFormat} {
		if errors.Is(err, known) {
			text = known.Error()
		}
	}
	return &fault{exitRed, what + ": " + text, []string{hint}}
}

func logProveCommand() *command {
	var folder, policyFile, output string
	var index int64
	return &command{
		use:   "prove --log FOLDER --policy FILE ENTRY",
		short: "make the offline proof that a log has a statement",
		long:  "Prove looks for a statement, byte for byte, among the entries of a log, or at the place that --index names, and writes the proof that the checkpoint has it (c2sp.org/tlog-proof). The checkpoint must be cosigned as the policy asks.",
		example: `$ pratique log prove --log log/ --policy policy.txt act.txt -o act.tlog-proof
$ pratique log prove --log log/ --policy policy.txt --index 73894 act.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&folder, "log", "", "the `FOLDER` with the files of the log, or its address")
			f.StringVar(&policyFile, "policy", "", "the `FILE` that says whose checkpoints count")
			f.Int64Var(&index, "index", -1, "where the entry stands: `NUMBER`, from 0; else it is looked for")
			f.StringVarP(&output, "output", "o", "", "the `FILE` to write; else standard output")
		},
		run: func(p *program, args []string) error {
			if len(args) != 1 || folder == "" {
				return misuse("name the log and one statement", "`pratique log prove --log log/ --policy policy.txt act.txt`")
			}
			policy, err := readPolicy(policyFile)
			if err != nil {
				return err
			}
			w, err := openLog(logAt(folder), policy)
			if err != nil {
				return err
			}
			entry, err := readFile(args[0], tlog.MaxEntry)
			if err != nil {
				return failure("reading "+quote(args[0])+": "+cause(err), "give the statement as it was signed, byte for byte")
			}
			if index < 0 {
				if index, err = find(logAt(folder), w, entry); err != nil {
					return err
				}
			}
			proof, err := tlog.Prove(context.Background(), logAt(folder), w, index)
			if err == nil {
				_, err = proof.Check(policy, entry)
			}
			if err != nil {
				return logFault("the log does not prove "+quote(args[0]), err)
			}
			return p.deliver(output, proof.Bytes())
		},
	}
}

func openLog(l logFiles, policy tlog.Policy) (tlog.Witnessed, error) {
	note, err := l.checkpoint()
	if err != nil {
		return tlog.Witnessed{}, err
	}
	w, err := policy.Open(note)
	if err != nil {
		return tlog.Witnessed{}, logFault("the checkpoint of the log", err)
	}
	return w, nil
}

// find looks for an entry, the newest first.
func find(l logFiles, w tlog.Witnessed, entry []byte) (int64, error) {
	for n := (w.Size - 1) / tlog.Width; n >= 0 && w.Size > 0; n-- {
		es, err := tlog.Entries(context.Background(), l, w.Checkpoint, n)
		if err != nil {
			return 0, logFault("the entries of the log", err)
		}
		for i := len(es) - 1; i >= 0; i-- {
			if string(es[i]) == string(entry) {
				return n*tlog.Width + int64(i), nil
			}
		}
	}
	return 0, &fault{exitRed, "the log does not have this statement, among " + fmt.Sprint(w.Size), []string{"give it as it was signed, byte for byte; a new one is there once the next checkpoint is"}}
}

func logCheckCommand() *command {
	var folder, policyFile, proofFile, account, since string
	var age time.Duration
	var asJSON bool
	return &command{
		use:   "check --policy FILE [--proof FILE ENTRY] [--log FOLDER] | --account FILE",
		short: "check a proof, or a whole log against yesterday's checkpoint",
		long: `With --proof, check says whether a statement is in the log that the policy names, cosigned by enough witnesses, without any network.

With --log, it reads all files of a log and holds every entry and hash against the checkpoint. --since names the checkpoint that was kept from the last time: the log must begin with the history that was seen then, so that a log that was rolled back or rewritten, or one that shows you something else than others, is told. --max-age refuses a checkpoint that no quorum has confirmed recently.

With --account, it reads the account of an issuing office, who did what in which order, and follows its hashes. --since then names an account of the same office that was kept from earlier: what was done by then must stand there unchanged.

It ends with 0 if all holds, and with 1 if something does not.`,
		example: `$ pratique log check --policy policy.txt --proof act.tlog-proof act.txt
$ pratique log check --policy policy.txt --log log/ --since kept.checkpoint --max-age 24h
$ pratique log check --account office.txt --since office-of-last-month.txt`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&policyFile, "policy", "", "the `FILE` that says whose checkpoints count")
			f.StringVar(&proofFile, "proof", "", "the `FILE` with the proof of the statement")
			f.StringVar(&folder, "log", "", "the `FOLDER` with the files of the log, or its address")
			f.StringVar(&account, "account", "", "the `FILE` with the account of an issuing office")
			f.StringVar(&since, "since", "", "the `FILE` with the checkpoint, or the account, that was seen before")
			f.DurationVar(&age, "max-age", 0, "refuse what no quorum has confirmed for this `DURATION`, such as 24h; else any age")
			f.BoolVar(&asJSON, "json", false, "print JSON")
		},
		run: func(p *program, args []string) error {
			if account != "" {
				if policyFile != "" || proofFile != "" || folder != "" || age != 0 || len(args) > 0 {
					return misuse("an account is checked by itself", "`pratique log check --account office.txt --since earlier.txt`")
				}
				return checkAccount(p, account, since, asJSON)
			}
			policy, err := readPolicy(policyFile)
			switch {
			case err != nil:
				return err
			case (proofFile == "") == (folder == "") || (len(args) == 1) != (proofFile != ""):
				return misuse("name a proof and its statement, or a log", "`pratique log check --policy policy.txt --proof act.tlog-proof act.txt`, or `--log log/`")
			case proofFile != "" && since != "":
				return misuse("a proof is not compared with what was seen before", "--since goes with --log")
			}
			var w tlog.Witnessed
			if proofFile != "" {
				w, err = checkProof(policy, proofFile, args[0])
			} else {
				w, err = checkLog(policy, logAt(folder), since)
			}
			if err != nil {
				return err
			}
			if age > 0 {
				if err := w.Fresh(p.now(), age, 5*time.Minute); err != nil {
					return logFault("the checkpoint", err)
				}
			}
			return sayLog(p, w, asJSON)
		},
	}
}

func checkProof(policy tlog.Policy, proofFile, entryFile string) (tlog.Witnessed, error) {
	data, err := readFile(proofFile, 1<<20)
	if err != nil {
		return tlog.Witnessed{}, failure("reading the proof "+quote(proofFile)+": "+cause(err), "`pratique log prove` makes one")
	}
	entry, err := readFile(entryFile, tlog.MaxEntry)
	if err != nil {
		return tlog.Witnessed{}, failure("reading "+quote(entryFile)+": "+cause(err), "give the statement as it was signed, byte for byte")
	}
	proof, err := tlog.ParseProof(data)
	if err != nil {
		return tlog.Witnessed{}, failure("the proof "+quote(proofFile)+" cannot be read", "`pratique log prove` makes one; c2sp.org/tlog-proof says what stands in it")
	}
	w, err := proof.Check(policy, entry)
	if err != nil {
		return tlog.Witnessed{}, logFault("the proof of "+quote(entryFile), err)
	}
	return w, nil
}

func checkLog(policy tlog.Policy, l logFiles, since string) (tlog.Witnessed, error) {
	w, err := openLog(l, policy)
	if err != nil {
		return w, err
	}
	if since != "" {
		note, err := readFile(since, tlog.MaxNote)
		if err != nil {
			return w, failure("reading "+quote(since)+": "+cause(err), "keep the file checkpoint of the log from one time to the next")
		}
		if err := followsKept(policy, l, w, since, note); err != nil {
			return w, err
		}
	}
	for n := int64(0); n*tlog.Width < w.Size; n++ {
		if _, err := tlog.Entries(context.Background(), l, w.Checkpoint, n); err != nil {
			return w, logFault("the entries of the log", err)
		}
	}
	return w, nil
}

// followsKept holds a log against the checkpoint that was kept from the last time.
func followsKept(policy tlog.Policy, l logFiles, w tlog.Witnessed, name string, note []byte) error {
	old, err := policy.Open(note)
	if err != nil {
		return logFault("the checkpoint "+quote(name), err)
	}
	proof, err := tlog.Consistency(context.Background(), l, w.Checkpoint, min(old.Size, w.Size))
	if err == nil {
		err = w.Follows(old.Checkpoint, proof)
	}
	if err != nil {
		return logFault("the log", err)
	}
	return nil
}

func sayLog(p *program, w tlog.Witnessed, asJSON bool) error {
	if asJSON {
		type by struct {
			Witness string    `json:"witness"`
			At      time.Time `json:"at"`
		}
		o := struct {
			Log     string    `json:"log"`
			Entries int64     `json:"entries"`
			Root    string    `json:"root"`
			AsOf    time.Time `json:"as_of,omitzero"`
			By      []by      `json:"cosigned_by"`
		}{Log: w.Origin, Entries: w.Size, Root: w.Root.String(), AsOf: w.AsOf, By: []by{}}
		for _, c := range w.By {
			o.By = append(o.By, by{c.Witness, c.At})
		}
		p.out.Write(jsonLine(o))
		return nil
	}
	fmt.Fprintf(p.out, "%-10s %s\n%-10s %d\n", "log", printable(w.Origin), "entries", w.Size)
	for i, c := range w.By {
		fmt.Fprintf(p.out, "%-10s %s on %s\n", map[bool]string{true: "cosigned"}[i == 0], printable(c.Witness), isoMoment(c.At))
	}
	if !w.AsOf.IsZero() {
		fmt.Fprintf(p.out, "%-10s %s: so says a quorum of the witnesses\n", "complete", "up to "+isoMoment(w.AsOf))
	}
	return nil
}
