package lambdaruntime

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
)

// responseLimit is the most bytes of an answer that Lambda takes, of a report of an error as well.
const responseLimit = 6 << 20

// next hands out the next invocation, when there is one. By asking for it the program says that it
// is done with the one before.
func (r *Runtime) next(w http.ResponseWriter, req *http.Request) {
	if _, err := req.Body.Read(make([]byte, 1)); err != io.EOF {
		r.refuse(w, http.StatusBadRequest, "InvalidRequest", "next has no body")
		return
	}
	r.mu.Lock()
	unanswered := r.current != nil && !r.current.answered
	failed := r.failedInit
	if !unanswered && !failed {
		r.ready, r.current = true, nil
	}
	r.mu.Unlock()
	if unanswered || failed {
		r.refuse(w, http.StatusForbidden, "InvalidStateTransition",
			"next, but the invocation before is not answered, or the initialization has failed")
		return
	}
	select {
	case i := <-r.queue:
		r.handOut(w, i)
	case <-req.Context().Done():
	}
}

// handOut gives the program an invocation, whose time begins now.
func (r *Runtime) handOut(w http.ResponseWriter, i *invocation) {
	i.deadline = time.Now().Add(r.opts.Timeout)
	r.mu.Lock()
	r.current = i
	r.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", i.id)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", r.opts.FunctionARN)
	h.Set("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1")
	_, _ = w.Write(i.payload) // an error means that the program is gone
}

// response takes the answer to an invocation.
func (r *Runtime) response(w http.ResponseWriter, req *http.Request) {
	body, ok := r.body(w, req)
	if ok {
		r.answer(w, req, outcome{payload: body})
	}
}

// error takes the report that an invocation has failed.
func (r *Runtime) error(w http.ResponseWriter, req *http.Request) {
	if report, ok := r.report(w, req); ok {
		r.answer(w, req, outcome{err: &report})
	}
}

// answer ends an invocation, which has to be the one that the program has.
func (r *Runtime) answer(w http.ResponseWriter, req *http.Request, out outcome) {
	id := req.PathValue("id")
	r.mu.Lock()
	i := r.current
	known := i != nil && i.id == id
	again := known && i.answered
	late := known && !again && time.Now().After(i.deadline.Add(r.opts.Grace))
	if known {
		i.answered = true
	}
	r.mu.Unlock()
	switch {
	case !known:
		r.refuse(w, http.StatusBadRequest, "InvalidRequestID", "the program has no invocation "+id)
	case again:
		r.refuse(w, http.StatusForbidden, "InvalidStateTransition", "invocation "+id+" is answered already")
	case late:
		r.refuse(w, http.StatusBadRequest, "InvalidRequestID", "invocation "+id+" has timed out")
	default:
		accept(w)
		i.done <- out
	}
}

func accept(w http.ResponseWriter) {
	reply(w, http.StatusAccepted, map[string]string{"status": "OK"})
}

// initError takes the report that the program cannot start.
func (r *Runtime) initError(w http.ResponseWriter, req *http.Request) {
	report, ok := r.report(w, req)
	if !ok {
		return
	}
	r.mu.Lock()
	outOfTurn := r.ready || r.failedInit
	r.failedInit = r.failedInit || !outOfTurn
	r.mu.Unlock()
	if outOfTurn {
		r.refuse(w, http.StatusForbidden, "InvalidStateTransition", "the initialization has ended")
		return
	}
	accept(w)
	r.failed <- &report
}

// report reads a report of an error. If it is not well formed, it answers and returns false.
func (r *Runtime) report(w http.ResponseWriter, req *http.Request) (report FunctionError, ok bool) {
	body, ok := r.body(w, req)
	if !ok {
		return report, false
	}
	report.HeaderType = req.Header.Get("Lambda-Runtime-Function-Error-Type")
	mediaType, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err := json.Unmarshal(body, &report); err != nil || report.Type == "" || mediaType != "application/json" {
		r.refuse(w, http.StatusBadRequest, "InvalidErrorShape",
			"a report of an error is application/json with errorType and errorMessage")
		return report, false
	}
	return report, true
}

// body reads a body. If it is too large, it answers and returns false.
func (r *Runtime) body(w http.ResponseWriter, req *http.Request) ([]byte, bool) {
	body, err := io.ReadAll(io.LimitReader(req.Body, responseLimit+1))
	large := len(body) > responseLimit
	switch {
	case large:
		r.refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
			"Exceeded maximum allowed payload size (6291456 bytes).")
	case err != nil: // the function ended meanwhile, which is no fault of it: Lambda ends it by SIGTERM
		panic(http.ErrAbortHandler)
	}
	return body, err == nil && !large
}
