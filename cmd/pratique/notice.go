package main

import (
	"crypto/rand"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pratique/pratique/history"
	"github.com/pratique/pratique/issue/intake"
	"github.com/pratique/pratique/trust"
)

var orderWords = []string{"isolation", "quarantine", "monitoring", "test"}

// ordered are the flags of notice.
type ordered struct {
	signing
	order, of, reason, appeal, from, until, disease, authority string
}

func noticeCommand() *command {
	n := &ordered{}
	return &command{
		use:   "notice [release] --key KEY --reason TEXT --mrz FILE|LINES [flags]",
		short: "what a health authority orders one person to do, or the end of it",
		long: `Notice signs an order of a health authority to one person: isolation, quarantine, monitoring, or a test. An order says why, until when, and how to appeal; without these there is none. Notice release ends an order of the same country before its time, and says why.

The code has no name and no number: only who holds the document can show, or be shown, that it is theirs. Nothing is kept here.`,
		example: `$ pratique key new --demo --country XB --uses notice -o health.key
$ pratique notice --key health.key --order quarantine --until 2026-12-12T00:00:00+08:00 --mrz passport.txt \
    --reason "contact of a case on flight XB 107" --appeal "appeals@health.sudmark.example" -o order.png

# the test was negative
$ pratique notice release --key health.key --of order.png --reason "negative test" --mrz passport.txt -o release.png`,
		flags: func(f *pflag.FlagSet) {
			f.StringVar(&n.order, "order", "", "what is ordered, a `WORD`: "+strings.Join(orderWords, ", "))
			f.StringVar(&n.of, "of", "", "the `CODE` of the order that a release ends: a picture, a file or the text")
			f.StringVar(&n.reason, "reason", "", "why, in a `TEXT` of one line that the person reads")
			f.StringVar(&n.appeal, "appeal", "", "how to appeal, a `TEXT` of one line")
			f.StringVar(&n.from, "from", "", "the `MOMENT` from which it holds; else that of --at")
			f.StringVar(&n.until, "until", "", "the `MOMENT` at which the order ends")
			f.StringVar(&n.disease, "disease", "", "the disease, covid-19 or a `CODE` of SNOMED CT")
			f.StringVar(&n.authority, "authority", "", "the `NAME` of the authority within its country")
			n.signing.flags(f)
		},
		choices: map[string][]string{"order": orderWords},
		args:    []string{"release"},
		run:     n.run,
	}
}

func (n *ordered) run(p *program, args []string) error {
	release := len(args) == 1 && args[0] == "release"
	switch {
	case len(args) > 0 && !release:
		return misuse("notice takes no argument but release", "`pratique notice --order quarantine ...`, or `pratique notice release --of CODE ...`")
	case n.reason == "":
		return misuse("a notice says why", "--reason TEXT, on one line, for the person who gets it")
	case release && (n.of == "" || n.order != "" || n.until != ""):
		return misuse("a release ends one order at once", "name the order's code: --of CODE, without --order and --until")
	case !release && n.of != "":
		return misuse("--of names the order that a release ends", "`pratique notice release --of CODE ...`")
	case !release && !slices.Contains(orderWords, n.order):
		return misuse("what is ordered?", "--order takes one of "+strings.Join(orderWords, ", "))
	case !release && n.until == "":
		return misuse("an order has an end: there is no such thing as until further notice", "--until MOMENT, at most a year later")
	case !release && n.appeal == "":
		return misuse("an order says how to appeal", "--appeal TEXT, such as the address of the office that hears it")
	}
	o, err := n.signing.open(p, trust.Notice)
	if err != nil {
		return err
	}
	notice := history.Notice{Issued: o.at, Release: release, Order: n.order, Reason: n.reason, Appeal: n.appeal, Disease: n.disease, Authority: n.authority}
	if code := intake.Disease(n.disease); code != "" {
		notice.Disease = code
	}
	if n.from != "" {
		if notice.From, err = moment("--from", n.from); err != nil {
			return err
		}
	}
	what := n.order + " order"
	if release {
		what, err = "release", n.release(p, o, &notice)
	} else {
		notice.Until, err = moment("--until", n.until)
		notice.Expires = notice.Until
	}
	if err != nil {
		return err
	}
	if !notice.Issued.Before(notice.Expires) {
		return misuse("it would have ended already", "give a later --until; an order that has ended needs no release")
	}
	text, err := o.Notice(notice, o.holder, rand.Reader)
	if err != nil {
		return officeFault(err)
	}
	return n.deliver(p, o, what, text, notice.Expires)
}

// release fills in what a release takes from its order. It is good as long as
// the order is: a release that faded first would let the order revive.
func (n *ordered) release(p *program, o office, notice *history.Notice) error {
	text, err := p.oneCode("--of", n.of)
	if err != nil {
		return err
	}
	if _, err := history.NoticeSkippingVerification(text); err != nil {
		return seenFault("the order", err) // whoever signed it, it is none
	}
	order, err := history.OpenNotice(text, o.keys)
	switch {
	case err != nil:
		return seenFault("the order", err)
	case order.Release:
		return misuse("what --of names is a release itself", "give the code of the order")
	case !order.Holder.Is(o.holder):
		return seenFault("the order", &history.Error{Code: history.OtherHolder})
	case order.Jurisdiction != o.Key.Country:
		return misuse("the order is of "+order.Jurisdiction+", and only its own authority can end it", "take a key of "+order.Jurisdiction)
	case order.Issued.After(o.at):
		return misuse("the order was made after the moment of the release", "give the right moment: --at")
	}
	notice.Order, notice.Of, notice.Expires = order.Order, order.Hash, order.Expires
	if notice.Disease == "" {
		notice.Disease = order.Disease
	}
	return nil
}
