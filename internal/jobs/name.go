package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// longestName is Batch's limit on job names.
const longestName = 128

// Name returns the name of the job: what can be read of the source, 16 hex digits that
// stand for the source, 12 of its digest, and 8 that stand for the destinations in
// whatever order. Jobs of the same name copy the same bytes to the same places. A job
// that is split goes by the names of its pieces.
func Name(job Job) string {
	sorted := slices.Sorted(slices.Values(job.Destinations))
	return stem(job) + "-" + hash(strings.Join(sorted, ","), 4)
}

// stem returns the start of the job's name, which is the same whatever the destinations.
func stem(job Job) string {
	_, encoded, _ := strings.Cut(job.Digest.String(), ":")
	suffix := "-" + hash(job.Source, 8) + "-" + encoded[:min(12, len(encoded))]
	return slug(job.Source, longestName-len(suffix)-len("-01234567")) + suffix
}

var ourName = regexp.MustCompile(`^(.+-[0-9a-f]{16}-[0-9a-f]{12})-[0-9a-f]{8}$`)

// stemOf returns the stem of a job's name, and whether it is a name that [Name] gives.
func stemOf(name string) (string, bool) {
	m := ourName.FindStringSubmatch(name)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// hash returns the first size bytes of the text's hash, in hexadecimal.
func hash(text string, size int) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:size])
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

// split returns the job in as many pieces as it takes for the source and the destinations of each to
// have so many characters at most. The pieces are the same in whatever order the destinations come.
func split(job Job, longest int) ([]Job, error) {
	var pieces []Job
	left := 0
	for _, dest := range slices.Sorted(slices.Values(job.Destinations)) {
		if size := len(job.Source) + len(dest); size > longest {
			return nil, fmt.Errorf("source and destination are too long for a job: %d characters, at most %d", size, longest)
		}
		if left -= len(",") + len(dest); left < 0 {
			pieces = append(pieces, Job{Source: job.Source, Digest: job.Digest})
			left = longest - len(job.Source) - len(dest)
		}
		last := &pieces[len(pieces)-1]
		last.Destinations = append(last.Destinations, dest)
	}
	return pieces, nil
}
