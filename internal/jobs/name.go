package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

const (
	// longestName is Batch's limit on job names.
	longestName = 128
	// longestParameters is how many characters the source and the destinations of one
	// job may have together. ECS takes 8,192 for all overrides of a task, which are
	// JSON and hold the rest of the command too.
	longestParameters = 7000
)

// Name returns the name of the job: what can be read of the source, then 16 hex
// digits that stand for the source and 12 of its digest. Jobs with the same name
// copy the same bytes; when the source moves to another digest, the name is another.
func Name(job Job) string {
	sum := sha256.Sum256([]byte(job.Source))
	suffix := "-" + hex.EncodeToString(sum[:8])
	_, encoded, _ := strings.Cut(job.Digest.String(), ":")
	suffix += "-" + encoded[:min(12, len(encoded))]
	return slug(job.Source, longestName-len(suffix)) + suffix
}

// slug returns source in the characters that Batch takes in a job name, the first
// of them alphanumeric, and at most limit of them: the last ones, since the end of
// an image name says more than its registry.
func slug(source string, limit int) string {
	s := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '-'
	}, source)
	s = strings.TrimLeft(s[max(0, len(s)-limit):], "-_")
	if s == "" {
		return "image"
	}
	return s
}

// split joins the destinations with commas, into as many lists as it takes for each
// job to stay within longestParameters.
func split(source string, destinations []string) ([]string, error) {
	var lists []string
	for _, dest := range destinations {
		if len(source)+len(dest) > longestParameters {
			return nil, fmt.Errorf("source and destination are too long for a job: %d characters, at most %d", len(source)+len(dest), longestParameters)
		}
		last := len(lists) - 1
		if last >= 0 && len(source)+len(lists[last])+1+len(dest) <= longestParameters {
			lists[last] += "," + dest
		} else {
			lists = append(lists, dest)
		}
	}
	return lists, nil
}
