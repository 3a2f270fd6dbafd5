package main

import (
	"io"
	"sync"
	"time"

	"ecrmirror/testkit/programs"
	"ecrmirror/testkit/slowregistry"
)

// A chaos makes copies and collects how they ended.
type chaos struct {
	flags    flags
	dir      string // for homes
	measure  string // the program that measures
	ours     programs.Program
	programs []programs.Program
	stderr   io.Writer
	images   *slowregistry.Images

	unresolved end // of copies from a host whose name does not resolve
	faults     []fault

	mu       sync.Mutex
	attempts []attempt
}

func newChaos(f flags, dir, measure string, list []programs.Program, stderr io.Writer) *chaos {
	return &chaos{
		flags: f, dir: dir, measure: measure, ours: list[0], programs: list, stderr: stderr,
		images: slowregistry.NewImages(),
	}
}

// An outcome is how a copy ended.
type outcome string

const (
	exact  outcome = "exact"
	honest outcome = "honest" // it failed, said why, and left the destination as it was
	wrong  outcome = "wrong"
)

// An attempt is one copy by one program, or what became of one image of a request.
type attempt struct {
	Fault   string  `json:"fault"`
	Program string  `json:"program"`
	Run     int     `json:"run"`
	Image   string  `json:"image,omitempty"` // its tag, in a request of several
	Outcome outcome `json:"outcome"`
	Why     string  `json:"why,omitempty"` // it is wrong
	Hang    bool    `json:"hang,omitempty"`

	Exit    int           `json:"exit"`
	Output  string        `json:"output,omitempty"` // the end of it, of those that failed
	Wall    time.Duration `json:"wallNanoseconds"`
	PeakRSS int64         `json:"peakRSS"` // bytes
	Broke   int64         `json:"broke"`   // how often something went wrong, with the first image of a request
	Read    int64         `json:"read"`    // bytes of blobs that the source sent; of a request, with its first image
	Size    int64         `json:"size"`    // bytes of the image's blobs, each once; so, too
	Again   bool          `json:"again"`   // it failed, and worked when run again without faults
}
