package portal

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/pratique/pratique/cert"
)

// metrics counts what is done, in the text format of Prometheus 0.0.4. Labels are
// routes, codes, formats and kinds: words of this program, never of a request.
type metrics struct {
	began time.Time

	mu       sync.Mutex
	requests map[[2]string]int // route, status
	duration map[string]*histogram
	refusals map[string]int // by code
	given    map[[3]string]int
	faults   int
}

// bounds are those of durations, in seconds.
var bounds = [...]float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

type histogram struct {
	n   [len(bounds) + 1]int
	sum float64
}

func (m *metrics) served(route string, status int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.requests == nil {
		m.requests, m.duration = map[[2]string]int{}, map[string]*histogram{}
	}
	m.requests[[2]string{route, fmt.Sprint(status)}]++
	h := m.duration[route]
	if h == nil {
		h = new(histogram)
		m.duration[route] = h
	}
	i, _ := slices.BinarySearch(bounds[:], took.Seconds())
	h.n[i]++
	h.sum += took.Seconds()
}

func (m *metrics) refused(code string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refusals == nil {
		m.refusals = map[string]int{}
	}
	m.refusals[code]++
}

func (m *metrics) faulted() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults++
}

func (m *metrics) issued(format string, k cert.Kind, again bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.given == nil {
		m.given = map[[3]string]int{}
	}
	m.given[[3]string{format, string(k), fmt.Sprint(again)}]++
}

// Metrics answers with what was done since the start, for Prometheus. It is not a
// route of the portal: who serves it chooses who can ask.
func (p *Portal) Metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		p.metrics.write(w)
	})
}

func (m *metrics) write(w io.Writer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	head := func(name, what, about string) {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n", name, about, name, what)
	}
	head("pratique_start_time_seconds", "gauge", "when the service began")
	fmt.Fprintf(w, "pratique_start_time_seconds %d\n", m.began.Unix())
	head("pratique_certificates_total", "counter", "certificates handed out, by format and kind; again: for a key that had one")
	for _, k := range slices.SortedFunc(maps.Keys(m.given), func(a, b [3]string) int { return slices.Compare(a[:], b[:]) }) {
		fmt.Fprintf(w, "pratique_certificates_total{format=%q,kind=%q,again=%q} %d\n", k[0], k[1], k[2], m.given[k])
	}
	head("pratique_refusals_total", "counter", "requests and lines that were refused, by code")
	for _, k := range slices.Sorted(maps.Keys(m.refusals)) {
		fmt.Fprintf(w, "pratique_refusals_total{code=%q} %d\n", k, m.refusals[k])
	}
	head("pratique_faults_total", "counter", "faults of the service itself, which the log explains")
	fmt.Fprintf(w, "pratique_faults_total %d\n", m.faults)
	head("pratique_requests_total", "counter", "requests, by route and status")
	for _, k := range slices.SortedFunc(maps.Keys(m.requests), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
		fmt.Fprintf(w, "pratique_requests_total{route=%q,status=%q} %d\n", k[0], k[1], m.requests[k])
	}
	head("pratique_request_seconds", "histogram", "how long requests took")
	for _, route := range slices.Sorted(maps.Keys(m.duration)) {
		h, n := m.duration[route], 0
		for i, b := range bounds {
			n += h.n[i]
			fmt.Fprintf(w, "pratique_request_seconds_bucket{route=%q,le=\"%g\"} %d\n", route, b, n)
		}
		n += h.n[len(bounds)]
		fmt.Fprintf(w, "pratique_request_seconds_bucket{route=%q,le=\"+Inf\"} %d\npratique_request_seconds_sum{route=%q} %g\npratique_request_seconds_count{route=%q} %d\n", route, n, route, h.sum, route, n)
	}
}
