package ecr

import (
	"maps"
	"net/http"
	"slices"
	"sync"
)

// A scripted ECR has no repository until it is created, and remembers what it was asked.
type scripted struct {
	mu      sync.Mutex
	exists  bool
	refuse  map[string]string // by operation: exceptions
	calls   []string
	members map[string]map[string]any
}

// asked returns the operations so far, and what each was asked with last.
func (s *scripted) asked() (calls []string, members map[string]map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls), maps.Clone(s.members)
}

// forget makes the repository one that was deleted.
func (s *scripted) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.exists = false
}

func (s *scripted) answer(operation string, w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, operation)
	if s.members == nil {
		s.members = map[string]map[string]any{}
	}
	s.members[operation] = members(r)
	if code := s.refuse[operation]; code != "" {
		s.exists = s.exists || code == codeRepositoryExists
		return refuse(w, http.StatusBadRequest, code, "")
	}
	switch operation {
	case "CreateRepository":
		s.exists = true
	case "BatchCheckLayerAvailability":
		if !s.exists {
			return refuse(w, http.StatusBadRequest, codeRepositoryNotFound, "")
		}
	case "DescribeRegistries":
		return answer(w, `{"registries":[{"aliases":[{"name":"default"},{"name":"alias"}]}]}`)
	}
	return answer(w, `{}`)
}
