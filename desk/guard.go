package desk

import (
	"net/http"
	"slices"

	"github.com/pratique/pratique/internal/rest"
)

// guard lets through what a page of this desk asks, and nothing that another
// page makes a browser ask. A name that leads to this machine by somebody else's
// doing (DNS rebinding) is not among the hosts. What changes something must be
// JSON of this very origin; a form or an image of another page is neither.
func guard(hosts []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		if !slices.Contains(hosts, r.Host) {
			refuse(w, http.StatusMisdirectedRequest, BadRequest, "this desk is not called by that name")
			return
		}
		site := r.Header.Get("Sec-Fetch-Site")
		origin := r.Header.Get("Origin")
		own := origin == "http://"+r.Host || origin == "https://"+r.Host
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		api := len(r.URL.Path) >= 5 && r.URL.Path[:5] == "/api/"
		switch {
		case reads && api && site != "" && site != "same-origin" && site != "none":
			refuse(w, http.StatusForbidden, BadRequest, "asked by another page")
			return
		case !reads && (!own || site != "" && site != "same-origin"):
			refuse(w, http.StatusForbidden, BadRequest, "asked by another page")
			return
		case !reads:
			if !rest.Is(r, "application/json") {
				refuse(w, http.StatusUnsupportedMediaType, BadRequest, "only JSON is taken")
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
