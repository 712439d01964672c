package openid

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/pratique/pratique/issue/access"
)

// Config is what an authority says of its provider. See the package
// documentation for its form. The zero Config maps nobody to anything.
type Config struct {
	Issuer    string // as discovery and tokens name it
	Client    string // our identifier there
	Authority string // of ours, for which the provider vouches
	Redirect  string // where the provider sends people back
	Scopes    []string
	Require   []Condition // all of which a token must state
	Map       []Rule      // of which the first that fits counts
}

// Condition is a claim that has a value, or a list in which the value is.
type Condition struct{ Claim, Value string }

// Rule says what somebody is of whom a token states something.
type Rule struct {
	Condition
	Role       access.Role
	Laboratory string // empty for officers and auditors
}

const (
	configName = "pratique-openid/1.0"
	maxConfig  = 64 << 10
	maxLines   = 1000
	maxWord    = 255
)

var roles = []access.Role{access.Clerk, access.Confirmer, access.Head, access.Officer, access.Auditor}

// String is the text of the configuration.
func (c Config) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nissuer %s\nclient %s\nauthority %s\nredirect %s\nscopes %s\n", configName, c.Issuer, c.Client, c.Authority, c.Redirect, strings.Join(c.Scopes, " "))
	for _, r := range c.Require {
		fmt.Fprintf(&b, "require %s %s\n", r.Claim, r.Value)
	}
	for _, r := range c.Map {
		where := r.Laboratory
		if where == "" {
			where = "-"
		}
		fmt.Fprintf(&b, "map %s %s %s %s\n", r.Role, where, r.Claim, r.Value)
	}
	return b.String() + "end\n"
}

// ParseConfig reads the text of a configuration.
func ParseConfig(text string) (Config, error) {
	if len(text) > maxConfig || !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }) {
		return Config{}, fmt.Errorf("reading openid configuration: want at most %d bytes of UTF-8 with lines that end in LF", maxConfig)
	}
	lines := strings.Split(text, "\n")
	if n := len(lines); n < 8 || n > maxLines || lines[n-1] != "" || lines[n-2] != "end" {
		return Config{}, fmt.Errorf("reading openid configuration: want at most %d lines, of which the last is end", maxLines)
	}
	var c Config
	for n, line := range lines[:len(lines)-2] {
		if err := c.line(n, line); err != nil {
			return Config{}, fmt.Errorf("reading openid configuration: line %d: %w", n+1, err)
		}
	}
	if len(c.Map) == 0 {
		return Config{}, errors.New("reading openid configuration: no map line: nobody would be anything")
	}
	if c.String() != text {
		return Config{}, errors.New("reading openid configuration: want require before map, and single spaces")
	}
	return c, nil
}

func (c *Config) line(n int, line string) error {
	word, rest, _ := strings.Cut(line, " ")
	if head := []string{configName, "issuer", "client", "authority", "redirect", "scopes"}; n < len(head) && word != head[n] {
		return fmt.Errorf("want %s", head[n])
	}
	switch {
	case n == 1:
		c.Issuer = rest
		return checkURL(rest)
	case n == 2 && (rest == "" || len(rest) > maxWord || strings.Contains(rest, " ")):
		return errors.New("want the identifier of this program at the provider")
	case n == 2:
		c.Client = rest
	case n == 3 && !access.IsID(rest):
		return access.ErrName
	case n == 3:
		c.Authority = rest
	case n == 4:
		c.Redirect = rest
		return checkURL(rest)
	case n == 5:
		c.Scopes = strings.Split(rest, " ")
		if !slices.Contains(c.Scopes, "openid") {
			return errors.New("want openid among the scopes")
		}
	case n > 5 && word == "require":
		claim, value, _ := strings.Cut(rest, " ")
		c.Require = append(c.Require, Condition{claim, value})
		return checkCondition(claim, value)
	case n > 5 && word == "map":
		return c.rule(rest)
	case n > 5:
		return errors.New(`want "require CLAIM VALUE", "map ROLE LABORATORY CLAIM VALUE" or "end"`)
	}
	return nil
}

func (c *Config) rule(rest string) error {
	f := strings.SplitN(rest, " ", 4)
	if len(f) != 4 {
		return errors.New(`want "map ROLE LABORATORY CLAIM VALUE", with - for no laboratory`)
	}
	r := Rule{Condition{f[2], f[3]}, access.Role(f[0]), f[1]}
	if !slices.Contains(roles, r.Role) {
		return fmt.Errorf("want one of the roles %v", roles)
	}
	if r.Laboratory == "-" {
		r.Laboratory = ""
	}
	if r.Role.Local() != (r.Laboratory != "") {
		return errors.New("clerks, confirmers and heads have a laboratory, officers and auditors -")
	}
	if r.Laboratory != "" && !access.IsID(r.Laboratory) {
		return access.ErrName
	}
	c.Map = append(c.Map, r)
	return checkCondition(r.Claim, r.Value)
}

func checkCondition(claim, value string) error {
	if claim == "" || len(claim) > maxWord || value == "" || len(value) > maxWord || strings.TrimSpace(value) != value {
		return fmt.Errorf("want a claim and a value of up to %d bytes", maxWord)
	}
	return nil
}

// checkURL wants what nobody on the way can read or change: HTTPS, or this machine.
func checkURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxWord || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Contains(s, " ") {
		return errors.New("want an address without user, query and fragment")
	}
	ip := net.ParseIP(u.Hostname())
	if here := ip != nil && ip.IsLoopback(); u.Scheme != "https" && !(u.Scheme == "http" && here) {
		return errors.New("want an https address, or an http one of this very machine by its number")
	}
	return nil
}

// holds reports whether the claims state the condition.
func (c Condition) holds(claims map[string]any) bool {
	if c.Claim == "" || c.Value == "" {
		return false
	}
	switch v := find(claims, c.Claim).(type) {
	case string:
		return v == c.Value
	case []any:
		return slices.Contains(v, any(c.Value))
	}
	return false
}

// find returns a claim by its name, or by the names that lead into it with dots
// between, as in Keycloak's realm_access.roles.
func find(claims map[string]any, name string) any {
	if v, ok := claims[name]; ok {
		return v
	}
	first, rest, ok := strings.Cut(name, ".")
	if inner, is := claims[first].(map[string]any); ok && is {
		return find(inner, rest)
	}
	return nil
}

// grant returns what somebody is of whom a token states this.
func (c Config) grant(subject string, claims map[string]any) (access.Grant, error) {
	for _, r := range c.Require {
		if !r.holds(claims) {
			return access.Grant{}, fmt.Errorf("%w: the claim %s is not as it must be", ErrNotMapped, r.Claim)
		}
	}
	for _, r := range c.Map {
		if r.holds(claims) {
			return access.Grant{Authority: c.Authority, Laboratory: r.Laboratory, Role: r.Role, Issuer: c.Issuer, Subject: subject}, nil
		}
	}
	return access.Grant{}, ErrNotMapped
}
