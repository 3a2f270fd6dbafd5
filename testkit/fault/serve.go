package fault

import (
	"encoding/json"
	"net/http"
)

// ServeHTTP answers PUT of {"seed": N, "rules": [...]} by setting these rules, DELETE by removing
// all, and GET with what [Injector.Broken] returns.
func (i *Injector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Seed  uint64 `json:"seed"`
		Rules []Rule `json:"rules"`
	}
	switch r.Method {
	case http.MethodGet:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(i.Broken())
		return
	case http.MethodDelete:
	case http.MethodPut:
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	default:
		http.Error(w, "GET, PUT or DELETE", http.StatusMethodNotAllowed)
		return
	}
	if err := i.Set(in.Seed, in.Rules...); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
