package fault

import (
	"net"
	"net/http"

	"ecrmirror/testkit/pause"
)

// breaking returns next as the rule breaks it; it calls broke where it does.
func (r Rule) breaking(next http.Handler, operation string, broke func()) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch r.Kind {
		case Cut, Stall, Short, Corrupt:
			next.ServeHTTP(&bodyBreaker{ResponseWriter: w, ctx: req.Context(), rule: r, broke: broke, left: r.After},
				req)
			return
		case Whole, Shift:
			if changed := r.otherRange(req); changed != req {
				broke()
				req = changed
			}
			next.ServeHTTP(w, req)
			return
		}
		broke()
		switch r.Kind {
		case Throttle, Fail, Deny, Expire:
			r.refuse(w, operation)
		case Skew:
			r.skew(w, req, next, operation)
		case Reset:
			reset(w)
		case Lose:
			next.ServeHTTP(discard{header: http.Header{}}, req)
			reset(w)
		case Slow:
			slow := req.Clone(req.Context())
			slow.Body = &slowBody{ReadCloser: req.Body, ctx: req.Context(), speed: r.Speed}
			next.ServeHTTP(w, slow)
		case Delay:
			if pause.For(req.Context(), r.Delay) {
				next.ServeHTTP(w, req)
			}
		}
	})
}

// reset ends the connection as a peer does that has crashed: without a farewell.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the next best
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// discard is where a reply goes that is lost.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}
