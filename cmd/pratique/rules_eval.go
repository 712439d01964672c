package main

import (
	"encoding/json"
	"io"
	"os"

	"github.com/pratique/pratique/certlogic"
)

// maxEval is the longest line that rules eval reads: the largest expression
// beside the largest data.
const maxEval = certlogic.MaxExprSize + certlogic.MaxDataSize + 1024

func rulesEvalCommand() *command {
	return &command{
		use:   "eval [FILE...]",
		short: "evaluate expressions of CertLogic, one a line",
		long: `Eval reads JSON lines and answers each with one, in order. A line is {"logic": EXPRESSION, "data": DATA}; its answer is {"result": VALUE}, or {"error": TEXT} where the expression has no value on the data. An error is never false.

Without a file it reads standard input.`,
		example: `$ echo '{"logic": {"var": "a.0"}, "data": {"a": [42]}}' | pratique rules eval
$ pratique rules eval cases.jsonl`,
		run: func(p *program, args []string) error {
			return p.eachInput(args, func(_ string, r io.Reader) error {
				return eachLine(r, maxEval, evalLine, p.put, p.out.Flush)
			})
		},
	}
}

// put writes a line of output.
func (p *program) put(b []byte) error {
	if _, err := p.out.Write(append(b, '\n')); err != nil {
		return errWriting
	}
	return nil
}

// eachInput opens the files in order, or standard input where there is none or
// its name is -.
func (p *program) eachInput(names []string, read func(name string, r io.Reader) error) error {
	if len(names) == 0 {
		names = []string{"-"}
	}
	for _, name := range names {
		if name == "-" {
			if err := read("", p.in); err != nil {
				return readFault("standard input", err)
			}
			continue
		}
		f, err := os.Open(name)
		if err != nil {
			return failure("opening "+quote(name)+": "+cause(err), "name a file with one entry a line, or - for standard input")
		}
		err = read(name, f)
		f.Close()
		if err != nil {
			return readFault(quote(name), err)
		}
	}
	return nil
}

func evalLine(l line) []byte {
	if l.length > maxEval {
		return evalError("the line is too long")
	}
	var in struct {
		Logic, Data json.RawMessage
	}
	if err := json.Unmarshal([]byte(l.text), &in); err != nil || in.Logic == nil {
		return evalError(`not a line of the form {"logic": ..., "data": ...}`)
	}
	if in.Data == nil {
		in.Data = json.RawMessage("null")
	}
	e, err := certlogic.Parse(in.Logic)
	if err != nil {
		return evalError(err.Error())
	}
	data, err := certlogic.FromJSON(in.Data)
	if err != nil {
		return evalError(err.Error())
	}
	v, err := e.Eval(data)
	if err != nil {
		return evalError(err.Error())
	}
	return append(v.AppendJSON([]byte(`{"result":`)), '}')
}

func evalError(text string) []byte {
	b, _ := json.Marshal(map[string]string{"error": text}) // a string is always written
	return b
}
