// Package stats counts what the stand-ins were asked and how many bytes they moved.
package stats

import (
	"encoding/json"
	"maps"
	"net/http"
	"sync"
)

// A Snapshot is a copy of all counts at one moment.
type Snapshot struct {
	// Calls counts requests by service and operation: "ecr.PutImage", "v2.HEAD manifest".
	Calls map[string]int64 `json:"calls"`
	// BytesRead counts bytes of blobs sent to clients, by repository
	// (ACCOUNT/REGION/NAME for ECR, whichever way they were read).
	BytesRead map[string]int64 `json:"bytesRead"`
	// BytesWritten counts bytes of blobs received from clients, by repository.
	BytesWritten map[string]int64 `json:"bytesWritten"`
	// ReadUnits and WriteUnits are DynamoDB's units of capacity, of all tables.
	ReadUnits  float64 `json:"readUnits"`
	WriteUnits float64 `json:"writeUnits"`
}

// Counter counts. Its zero value is ready, and it is safe for concurrent use.
type Counter struct {
	mu sync.Mutex
	s  Snapshot
}

// Call counts one request.
func (c *Counter) Call(operation string) {
	c.add(func(s *Snapshot) *map[string]int64 { return &s.Calls }, operation, 1)
}

// Read counts n bytes of a blob sent from a repository.
func (c *Counter) Read(repository string, n int64) {
	c.add(func(s *Snapshot) *map[string]int64 { return &s.BytesRead }, repository, n)
}

// Written counts n bytes of a blob received by a repository.
func (c *Counter) Written(repository string, n int64) {
	c.add(func(s *Snapshot) *map[string]int64 { return &s.BytesWritten }, repository, n)
}

// Consumed counts units of DynamoDB's capacity.
func (c *Counter) Consumed(read, write float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s.ReadUnits += read
	c.s.WriteUnits += write
}

func (c *Counter) add(which func(*Snapshot) *map[string]int64, key string, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m := which(&c.s)
	if *m == nil {
		*m = map[string]int64{}
	}
	(*m)[key] += n
}

// Snapshot returns the counts so far.
func (c *Counter) Snapshot() Snapshot {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Snapshot{
		Calls: maps.Clone(c.s.Calls), BytesRead: maps.Clone(c.s.BytesRead), BytesWritten: maps.Clone(c.s.BytesWritten),
		ReadUnits: c.s.ReadUnits, WriteUnits: c.s.WriteUnits,
	}
}

// Reset sets all counts to nothing.
func (c *Counter) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.s = Snapshot{}
}

// ServeHTTP answers GET with the snapshot as JSON, and DELETE by resetting the counts.
func (c *Counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(c.Snapshot())
	case http.MethodDelete:
		c.Reset()
		w.WriteHeader(http.StatusNoContent)
	default:
		http.Error(w, "GET or DELETE", http.StatusMethodNotAllowed)
	}
}
