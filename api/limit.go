package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Client may ask.
type Client struct {
	Name  string
	Token string // SHA-256 of the token, in hexadecimal
	// Budget is the cost that it may spend a minute; one code costs one.
	Budget int
}

// maxAddresses is of how many networks without a token the cost is known at a
// time. Beyond it all share one budget: memory is bounded, and nobody is let in
// by crowding.
const maxAddresses = 10_000

// meter keeps what each client has spent in this minute, and nothing else.
type meter struct {
	mu     sync.Mutex
	minute int64
	spent  map[string]int
}

// spender is who asks, and what they may spend a minute.
type spender struct {
	who    string
	budget int
}

// spend takes a cost from the budget of a client, or says how long to wait.
func (m *meter) spend(by spender, cost int, now time.Time) (wait time.Duration, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if minute := now.Unix() / 60; minute != m.minute || m.spent == nil {
		m.minute, m.spent = minute, map[string]int{}
	}
	who := by.who
	if _, known := m.spent[who]; !known && len(m.spent) >= maxAddresses {
		who = "the others"
	}
	if m.spent[who]+cost > by.budget {
		return time.Unix((m.minute+1)*60, 0).Sub(now), false
	}
	m.spent[who] += cost
	return 0, true
}

// client says who asks and what they may spend; false: they may not ask.
func (s *Service) client(r *http.Request) (spender, bool) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return spender{"address " + network(r.RemoteAddr), s.o.Anonymous}, s.o.Anonymous > 0
	}
	token, bearer := strings.CutPrefix(header, "Bearer ")
	if !bearer {
		return spender{}, false
	}
	sum := sha256.Sum256([]byte(token))
	given := []byte(hex.EncodeToString(sum[:]))
	for i := range s.o.Clients {
		c := &s.o.Clients[i]
		if subtle.ConstantTimeCompare(given, []byte(strings.ToLower(c.Token))) == 1 {
			return spender{"client " + c.Name, c.Budget}, true
		}
	}
	return spender{}, false
}

// network is the address of a client, of IPv6 the network of one customer.
func network(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if a = a.Unmap(); a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
