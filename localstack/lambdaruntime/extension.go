package lambdaruntime

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// register registers an extension that the program has in itself.
func (r *Runtime) register(w http.ResponseWriter, req *http.Request) {
	body, ok := r.body(w, req)
	if !ok {
		return
	}
	name := req.Header.Get("Lambda-Extension-Name")
	var in struct{ Events []string }
	if err := json.Unmarshal(body, &in); err != nil || name == "" {
		r.refuse(w, http.StatusBadRequest, "Extension.InvalidExtensionName",
			"an extension has a name and a JSON body with its events")
		return
	}
	if len(in.Events) > 0 {
		r.refuse(w, http.StatusForbidden, "Extension.EventNotImplemented",
			"the stand-in has no events for extensions: "+strings.Join(in.Events, ", "))
		return
	}
	id, ok := r.addExtension(name)
	if !ok {
		r.refuse(w, http.StatusForbidden, "Extension.RegistrationClosed",
			"extensions register before the first invocation is asked for")
		return
	}
	w.Header().Set("Lambda-Extension-Identifier", id)
	reply(w, http.StatusOK, map[string]string{
		"functionName": "controller", "functionVersion": "$LATEST", "handler": "bootstrap",
	})
}

// addExtension returns the identifier of a new extension; false once the initialization has ended.
func (r *Runtime) addExtension(name string) (id string, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ready || r.failedInit {
		return "", false
	}
	id = fmt.Sprintf("%08d-0000-4000-9000-000000000000", len(r.extensions)+1)
	r.extensions[id] = name
	return id, true
}

// extensionNext keeps an extension waiting, which has registered for no events.
func (r *Runtime) extensionNext(w http.ResponseWriter, req *http.Request) {
	id := req.Header.Get("Lambda-Extension-Identifier")
	r.mu.Lock()
	_, known := r.extensions[id]
	r.mu.Unlock()
	if !known {
		r.refuse(w, http.StatusForbidden, "Extension.UnknownExtensionIdentifier", "there is no extension "+id)
		return
	}
	<-req.Context().Done()
}
